// A guess at the language of a text: by script, and for Latin script by the commonest small words.
import { LANGUAGES } from './stopwords.ts';
import type { TextCounts } from './text-counts.ts';

const SCRIPTS: [keyof TextCounts, string][] = [
  ['hangul', 'ko'],
  ['cyrillic', 'ru'],
  ['greek', 'el'],
  ['arabic', 'ar'],
  ['hebrew', 'he'],
  ['devanagari', 'hi'],
  ['thai', 'th'],
];

/**
 * ISO 639-1, or null where the text says too little.
 * @param votes of the words at the text's beginning, by index into LANGUAGES
 */
export function guessLanguage(counts: TextCounts, votes: readonly number[]): string | null {
  const cjk = counts.han + counts.kana;
  if (cjk * 3 > counts.latin && cjk > 1) return counts.kana * 10 > cjk ? 'ja' : 'zh';
  for (const [script, language] of SCRIPTS) {
    if (counts[script] * 2 > counts.latin && counts[script] > 1) return language;
  }
  let best = -1;
  let bestVotes = 0;
  let second = 0;
  for (let language = 0; language < votes.length; language += 1) {
    const count = votes[language]!;
    if (count > bestVotes) {
      second = bestVotes;
      best = language;
      bestVotes = count;
    } else if (count > second) second = count;
  }
  return bestVotes > second ? LANGUAGES[best]! : null;
}
