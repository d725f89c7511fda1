// The shipped tagger against labelled text: sentences of our own in eight languages, which nobody trained on, and the labelled
// sets, which it was trained on (what it finds in sets left out: policies/privacy/training/README.md).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';
import { nameFinder } from '../../policies/privacy/names.ts';
import { TYPES } from '../../policies/privacy/tagger/labels.ts';
import { readCorpus } from '../../policies/privacy/training/corpora.ts';
import type { LabelledText } from '../../policies/privacy/training/labelled.ts';
import { type Score, Scorer } from '../../policies/privacy/training/score.ts';
import { LATER_TEXTS, MIXED_TEXTS } from './tagger-mixed-texts.ts';
import { SENTENCES } from './tagger-sentences.ts';

const { find } = nameFinder(TYPES);

/** `[PERSON Anna] lives here` as a text and its spans. */
function unmark(marked: string): LabelledText {
  const spans: LabelledText['spans'] = [];
  let text = '';
  for (const part of marked.split(/(\[[A-Z]+ [^\]]+\])/)) {
    const mark = /^\[([A-Z]+) ([^\]]+)\]$/.exec(part);
    const type = TYPES.find((name) => name === mark?.[1]);
    const value = mark?.[2] ?? part;
    if (type !== undefined) spans.push({ start: text.length, end: text.length + value.length, type });
    text += value;
  }
  return { text, spans };
}

function scoresOf(texts: readonly LabelledText[]): Map<string, Score> {
  const scorer = new Scorer();
  for (const text of texts) scorer.add(text, find(text.text));
  return scorer.scores();
}

const shown = (scores: ReadonlyMap<string, Score>): string =>
  ['any', ...TYPES]
    .flatMap((type) => {
      const score = scores.get(type);
      return score === undefined || score.gold === 0
        ? []
        : [`${type} P ${score.precision.toFixed(2)} R ${score.recall.toFixed(2)} F2 ${score.f2.toFixed(2)}`];
    })
    .join('; ');

describe('sentences of our own', () => {
  const floors: Record<string, number> = {
    en: 0.9,
    de: 0.9,
    fr: 0.88,
    es: 0.88,
    it: 0.87,
    pt: 0.88,
    nl: 0.8,
    pl: 0.7,
  };

  it.each(Object.entries(SENTENCES))('%s: F2 of all types together', (language, marked) => {
    const scores = scoresOf(marked.map(unmark));
    console.log(`${language}: ${shown(scores)}`);
    expect(scores.get('any')?.f2).toBeGreaterThan(floors[language] as number);
  });
});

describe('texts of the kinds that pass a gateway', () => {
  const LETTER_TYPES = { P: 'PERSON', A: 'ADDRESS' } as const;
  const finder = nameFinder(['PERSON', 'ADDRESS']);

  /** `«P Anna» lives here` as a text and its spans. */
  function unquote(marked: string): LabelledText {
    const spans: LabelledText['spans'] = [];
    let text = '';
    for (const part of marked.split(/(«[PA] [^»]+»)/)) {
      const mark = /^«([PA]) ([^»]+)»$/.exec(part);
      const value = mark?.[2] ?? part;
      if (mark !== null)
        spans.push({
          start: text.length,
          end: text.length + value.length,
          type: LETTER_TYPES[mark[1] as keyof typeof LETTER_TYPES],
        });
      text += value;
    }
    return { text, spans };
  }

  it.each([
    ['the first lot', MIXED_TEXTS, 0.88],
    ['the later lot', LATER_TEXTS, 0.85],
  ] as const)('%s: F2 of persons and addresses together', (_, lot, floor) => {
    const all = new Scorer();
    for (const [kind, texts] of Object.entries(lot)) {
      const scorer = new Scorer();
      for (const text of texts.map(unquote)) {
        const found = finder.find(text.text);
        scorer.add(text, found);
        all.add(text, found);
      }
      console.log(`${kind}: ${shown(scorer.scores())}`);
    }
    console.log(`all: ${shown(all.scores())}; leaked ${all.leakRate.toFixed(2)}`);
    expect(all.scores().get('any')?.f2).toBeGreaterThan(floor);
  });
});

describe('labelled sets', () => {
  const folder = join(packageRoot, '../shared/data/pii');
  const floors: [set: string, type: string, f2: number][] = [
    ['uner_en_ewt_dev', 'PERSON', 0.93],
    ['germeval14_dev', 'PERSON', 0.94],
    ['meddocan_dev', 'PERSON', 0.96],
    ['meddocan_dev', 'ADDRESS', 0.92],
    ['uner_pt_bosque_train', 'PERSON', 0.95],
  ];
  if (!existsSync(folder)) console.log(`no labelled sets at ${folder}: not scored`);

  it.skipIf(!existsSync(folder)).each(floors)('%s: F2 of %s', (set, type, f2) => {
    const scores = scoresOf(readCorpus(folder, set));
    console.log(`${set}: ${shown(scores)}`);
    expect(scores.get(type)?.f2).toBeGreaterThan(f2);
  });
});
