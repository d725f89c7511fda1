// A topic as words with points. A topic is a file in topics/.
import type { Topic } from '../../contract/policy.ts';

export interface TopicSettings {
  topic: Topic;
  /** A text of n words is about the topic from `fixedPoints + n * pointsPerWord` points on. Chosen by `npm run bench:pii`. */
  fixedPoints: number;
  pointsPerWord: number;
}

export interface TopicWords extends TopicSettings {
  words: readonly TopicWord[];
}

export interface TopicWord {
  /** Lower case, a to z: accents are taken off texts before they are compared. */
  text: string;
  /** Any word that begins so. */
  isStem: boolean;
  points: number;
}

/**
 * @param words by points: words with spaces between them, `*` at the end of those that may go on; a word that several of them fit
 * has the most points of these
 * @throws {Error} for a word with other characters
 */
export function defineTopic(settings: TopicSettings, words: Readonly<Record<number, string>>): TopicWords {
  const all = new Map<string, TopicWord>();
  for (const points of Object.keys(words).map(Number))
    for (const written of (words[points] as string).trim().split(/\s+/)) {
      const isStem = written.endsWith('*');
      const text = isStem ? written.slice(0, -1) : written;
      if (!/^[a-z]{2,}$/.test(text))
        throw new Error(`topic ${settings.topic}: "${written}" is no word of a to z`);
      if ((all.get(written)?.points ?? 0) < points) all.set(written, { text, isStem, points });
    }
  return { ...settings, words: withoutStems([...all.values()]) };
}

/** Every word with the points that it has beyond those of the stems that it begins with, as these count too. */
function withoutStems(words: readonly TopicWord[]): TopicWord[] {
  const kept: TopicWord[] = [];
  const inOrder = [...words].sort((a, b) => a.text.length - b.text.length || +b.isStem - +a.isStem);
  for (const word of inOrder) {
    const stems = kept.filter(({ text, isStem }) => isStem && word.text.startsWith(text));
    const points = word.points - stems.reduce((sum, stem) => sum + stem.points, 0);
    if (points > 0) kept.push({ ...word, points });
  }
  return kept;
}
