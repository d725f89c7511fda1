// A guess at the language of a text: by script, and for Latin script by the commonest small words.
import type { TextCounts } from './text-counts.ts';
import type { Meanings } from './words.ts';

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
 * @param words of the text's beginning
 */
export function guessLanguage(counts: TextCounts, words: Meanings): string | null {
  const cjk = counts.han + counts.kana;
  if (cjk * 3 > counts.latin && cjk > 1) return counts.kana * 10 > cjk ? 'ja' : 'zh';
  for (const [script, language] of SCRIPTS) {
    if (counts[script] * 2 > counts.latin && counts[script] > 1) return language;
  }
  const votes = new Map<string, number>();
  for (const word of words) {
    if (word === null) continue;
    for (const language of word.languages) votes.set(language, (votes.get(language) ?? 0) + 1);
  }
  let best: string | null = null;
  let bestVotes = 0;
  let second = 0;
  for (const [language, count] of votes) {
    if (count > bestVotes) [best, bestVotes, second] = [language, count, bestVotes];
    else if (count > second) second = count;
  }
  return bestVotes > second ? best : null;
}
