import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildGazetteer,
  CASING,
  casingOf,
  LIST,
  listsOf,
  lookUp,
  USAGE_SHIFT,
} from '../../../../../policies/privacy/tagger/gazetteer.ts';
import { beginOf, TYPES } from '../../../../../policies/privacy/tagger/labels.ts';
import { writeModel } from '../../../../../policies/privacy/tagger/model.ts';
import { createTagger } from '../../../../../policies/privacy/tagger/tagger.ts';
import { tokenize, wordHash } from '../../../../../policies/privacy/tagger/tokens.ts';
import { Crf, goldTags } from '../../../../../policies/privacy/training/crf.ts';
import { generate } from '../../../../../policies/privacy/training/generate.ts';
import type { LabelledText } from '../../../../../policies/privacy/training/labelled.ts';
import { Random } from '../../../../../policies/privacy/training/random.ts';
import { Scorer } from '../../../../../policies/privacy/training/score.ts';
import { usages } from '../../../../../policies/privacy/training/usage.ts';

const REAL = {
  nations: [{ forenames: ['Ayesha'], surnames: ['Contreras'] }],
  addresses: ['1 Elm St, Troy, NY 12180'],
};

describe('generated texts', () => {
  it('are the same for the same seed', () => {
    const texts = [...generate(300, 7, REAL)];
    expect([...generate(300, 7, REAL)]).toEqual(texts);
    expect([...generate(300, 8, REAL)]).not.toEqual(texts);
  });

  it('have sorted, disjoint spans that hold something, of every type', () => {
    const seen = new Set<string>();
    for (const { text, spans } of generate(3000, 1, REAL)) {
      let last = 0;
      for (const { start, end, type } of spans) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(text.slice(start, end).trim()).not.toBe('');
        last = end;
        seen.add(type);
      }
      expect(last).toBeLessThanOrEqual(text.length);
      expect(text).not.toMatch(
        /\{(?:NAME|FIRST|LAST|CITY|ADDRESS|COMPANY|WORD|CLASS|IDENT|SNAKE|TECH|NUM|ABBR|TERM)\}/,
      );
    }
    expect([...seen].sort()).toEqual([...TYPES].sort());
  });
});

describe('word lists', () => {
  it('give a word all its lists, whatever its case', () => {
    const lists = buildGazetteer([
      ['Rose', LIST.forename],
      ['rose', LIST.common],
      ['Paris', LIST.place],
    ]);
    expect(listsOf(lists, wordHash('ROSE'))).toBe(LIST.forename | LIST.common);
    expect(listsOf(lists, wordHash('paris'))).toBe(LIST.place);
    expect(listsOf(lists, wordHash('london'))).toBe(0);
  });

  it('hold as many words as they are given', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 300 }), (words) => {
        const lists = buildGazetteer(words.map((word) => [word, LIST.surname] as const));
        for (const word of words) expect(listsOf(lists, wordHash(word))).toBe(LIST.surname);
      }),
      { numRuns: 100 },
    );
  });
});

describe('how usual words are', () => {
  const all = usages();
  const casing = (word: string): number => casingOf(all.get(word) ?? 0);

  it('in small letters, with a capital, or only so', () => {
    expect(['house', 'paciente', 'schnell'].map(casing)).toEqual(Array(3).fill(CASING.small));
    expect(['jahr', 'london'].map(casing)).toEqual(Array(2).fill(CASING.capital));
    expect(['müller', 'merkel'].map(casing)).toEqual(Array(2).fill(CASING.onlyCapital));
    expect(casing('zorblaxi')).toBe(CASING.unknown);
  });

  it('stands beside the lists of a word', () => {
    const lists = buildGazetteer([
      ['house', LIST.noun],
      ['house', (all.get('house') as number) << USAGE_SHIFT],
    ]);
    expect(listsOf(lists, wordHash('House'))).toBe(LIST.noun);
    const known = new Uint16Array(1);
    lookUp(lists, tokenize('House'), known);
    expect((known[0] as number) >> USAGE_SHIFT).toBe(all.get('house'));
  });
});

describe('tags of a labelled text', () => {
  it('begin and go on with every token that a span overlaps', () => {
    const text = 'Ann-Marie Lee of Rome';
    const gold = goldTags(tokenize(text), {
      text,
      spans: [
        { start: 0, end: 13, type: 'PERSON' },
        { start: 17, end: 21, type: 'LOCATION' },
      ],
    });
    const [person, place] = [beginOf(TYPES.indexOf('PERSON')), beginOf(TYPES.indexOf('LOCATION'))];
    expect([...gold]).toEqual([person, person + 1, person + 1, person + 1, 0, place]);
  });
});

describe('training', () => {
  const train = (): Buffer => {
    const random = new Random(3);
    const crf = new Crf(buildGazetteer([['anna', LIST.forename]]), random);
    for (let epoch = 0; epoch < 15; epoch += 1) crf.epoch(texts, () => {});
    const model = crf.model();
    tag = createTagger(model);
    return writeModel(model);
  };
  // Without lists nobody is looked at who is written in small letters.
  const texts = [...generate(60, 5, REAL)].filter(({ text }) => text !== text.toLowerCase());
  let tag: ReturnType<typeof createTagger>;

  it('gives the same bytes again, and a tagger that knows what it was shown', () => {
    const first = train();
    expect(train().equals(first)).toBe(true);
    const scorer = new Scorer();
    for (const text of texts) scorer.add(text, tag(text.text));
    expect(scorer.scores().get('any')?.f2).toBeGreaterThan(0.9);
  }, 60_000);
});

describe('scores', () => {
  const text = (spans: LabelledText['spans']): LabelledText => ({ text: 'x'.repeat(100), spans });

  it('count a find that shares half of the union, and leaks to the character', () => {
    const scorer = new Scorer();
    scorer.add(
      text([
        { start: 0, end: 10, type: 'PERSON' },
        { start: 20, end: 30, type: 'PERSON' },
      ]),
      [
        { start: 0, end: 8, type: 'PERSON' },
        { start: 40, end: 50, type: 'PERSON' },
      ],
    );
    expect(scorer.scores().get('PERSON')).toEqual({ precision: 0.5, recall: 0.5, f2: 0.5, gold: 2 });
    expect(scorer.leakRate).toBe(1);
  });

  it('count any type together', () => {
    const scorer = new Scorer();
    scorer.add(text([{ start: 0, end: 10, type: 'PERSON' }]), [{ start: 0, end: 10, type: 'LOCATION' }]);
    expect(scorer.scores().get('any')?.f2).toBe(1);
    expect(scorer.scores().get('PERSON')?.f2).toBe(0);
    expect(scorer.leakRate).toBe(0);
  });
});
