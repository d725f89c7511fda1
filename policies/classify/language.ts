// A guess at the language of a text: by script, and for Latin script by the commonest small words.
import type { TextCounts } from './text-counts.ts';

// Words that are frequent in one language and rare in the others.
const STOPWORDS: Record<string, string> = {
  en: 'i the and of to is that for with are this you what how it from my please can which was your not',
  de: 'der die das und ist nicht ein eine mit für auf den dem ich sie wie wird von zu bitte auch sich',
  fr: 'le les des est une dans pour que qui sur avec vous je il au du ne pas plus cette quel comment',
  es: 'el los las es una para por con del que como está qué mi su pero cuál más este y',
  it: 'il gli della di è una per con che sono come non nel alla questo quale più ho anche',
  pt: 'os as do da é uma para com não em que como são na no você qual mais este um',
  nl: 'de het een van en is niet met voor op zijn dat deze wat hoe ik je naar wordt ook',
  pl: 'w nie na jest się do że z jak co to dla czy proszę jakie są od tego oraz',
};

/** Word to the languages it speaks for. */
const VOTES = new Map<string, string[]>();
for (const [language, words] of Object.entries(STOPWORDS)) {
  for (const word of words.split(' ')) VOTES.set(word, [...(VOTES.get(word) ?? []), language]);
}

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
 * @param words lower-case words of the text's beginning
 */
export function guessLanguage(counts: TextCounts, words: readonly string[]): string | null {
  const cjk = counts.han + counts.kana;
  if (cjk * 3 > counts.latin && cjk > 1) return counts.kana * 10 > cjk ? 'ja' : 'zh';
  for (const [script, language] of SCRIPTS) {
    if (counts[script] * 2 > counts.latin && counts[script] > 1) return language;
  }
  const votes = new Map<string, number>();
  for (const word of words) {
    for (const language of VOTES.get(word) ?? []) votes.set(language, (votes.get(language) ?? 0) + 1);
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
