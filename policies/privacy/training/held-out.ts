// What a training is measured on: eight sets that it does not see at all, and every fourth text of each of the others.
import type { TagOptions } from '../tagger/tagger.ts';
import { CORPORA, readCorpus } from './corpora.ts';
import type { LabelledText } from './labelled.ts';
import { Scorer } from './score.ts';

/** Left out as a whole. */
export const UNKNOWN_SETS: readonly string[] = [
  'uner_en_ewt_dev',
  'wikigold',
  'wnut17_dev',
  'btc_h',
  'lifebench_8users',
  'germeval14_dev',
  'meddocan_train',
  'meddocan_dev',
];
/** Of the other sets, one text in so many is not trained on. */
const KEPT_BACK = 4;
/** A type that a set has fewer spans of is not counted. */
const MIN_SPANS = 10;

/** The tagger, or whatever else finds in a text. */
type Finder = (text: string, options: TagOptions) => readonly { type: string; start: number; end: number }[];

export interface HeldOut {
  training: LabelledText[];
  /** By set. */
  scored: Map<string, LabelledText[]>;
}

/** The sets of a folder, divided. */
export function holdOut(folder: string): HeldOut {
  const training: LabelledText[] = [];
  const scored = new Map<string, LabelledText[]>();
  for (const name of Object.keys(CORPORA)) {
    const isUnknown = UNKNOWN_SETS.includes(name);
    const texts = readCorpus(folder, name);
    const isScored = (index: number): boolean => isUnknown || index % KEPT_BACK === KEPT_BACK - 1;
    training.push(...texts.filter((_, index) => !isScored(index)));
    scored.set(
      name,
      texts.filter((_, index) => isScored(index)),
    );
  }
  return { training, scored };
}

const mean = (values: readonly number[]): string =>
  (values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)).toFixed(3);

/** Scores of a tagger on texts, and the same as a line: precision / recall / F2 of each type that the set has. */
export function scoreOn(tag: Finder, texts: readonly LabelledText[], recall: number) {
  const scorer = new Scorer();
  for (const text of texts) scorer.add(text, tag(text.text, { recall }));
  const scores = new Map(
    [...scorer.scores()].filter(([, { gold }]) => gold >= MIN_SPANS).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const cells = [...scores].map(
    ([type, { precision, recall: found, f2, gold }]) =>
      `${type} ${precision.toFixed(2)} / ${found.toFixed(2)} / ${f2.toFixed(3)} (${gold})`,
  );
  return { scores, line: `${cells.join('; ')}; leaked ${scorer.leakRate.toFixed(2)}` };
}

/** Prints every set's scores and the means of F2 over the unknown sets and over the fourths. @param how stands in front of each line */
export function reportHeldOut(tag: Finder, scored: HeldOut['scored'], recall: number, how = ''): void {
  const means = { unknown: new Map<string, number[]>(), fourths: new Map<string, number[]>() };
  for (const [name, texts] of scored) {
    const { scores, line } = scoreOn(tag, texts, recall);
    console.log(`${how}${name}, recall ${recall}: ${line}`);
    const sums = UNKNOWN_SETS.includes(name) ? means.unknown : means.fourths;
    for (const [type, { f2 }] of scores) sums.set(type, [...(sums.get(type) ?? []), f2]);
  }
  for (const [which, sums] of Object.entries(means)) {
    const cells = [...sums].map(([type, values]) => `${type} ${mean(values)}`);
    console.log(
      `${how}mean F2 over the ${which === 'unknown' ? 'unknown sets' : 'fourths'}, recall ${recall}: ${cells.join(', ')}`,
    );
  }
}
