// The gap model's features, its arithmetic, and the measures it is judged by.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { taskOfText } from '../../../policies/classify/task.ts';
import { GAP_FEATURES, gapFeatures } from '../../../policies/gap/features.ts';
import { explainGap, gapOf } from '../../../policies/gap/gap.ts';
import { gapOdds } from '../../../policies/gap/model.ts';
import { rankUnseen, refusalOf } from '../../../policies/gap/training/acceptance.ts';
import { calibrate, fitGapModel } from '../../../policies/gap/training/fit.ts';
import { areaUnderRoc, calibrationError, scoreRouter } from '../../../policies/gap/training/metrics.ts';
import type { Row } from '../../../policies/gap/training/rows.ts';

const feature = (prompt: string, name: string): number =>
  gapFeatures(prompt, 'chat')[GAP_FEATURES.indexOf(name)]!;
const asked = (ask: string, changes = {}) =>
  gapOf({
    ask,
    task: taskOfText(ask),
    promptTokens: 100,
    turns: 1,
    tools: 0,
    strictOutput: false,
    ...changes,
  });

describe('features', () => {
  it('see the options of a multiple choice question', () => {
    const prompt = 'Which is a prime?\nA. 4\nB. 5\n(C) 6\nD) nine';
    expect(feature(prompt, 'options')).toBe(4);
    expect(feature(prompt, 'numericOptions')).toBe(0.75);
    expect(feature(prompt, 'shortestOption')).toBe(1);
    expect(feature('A cat. B is a letter.', 'options')).toBe(0);
  });

  it('count words of a group whatever their case', () => {
    expect(feature('PROVE the Theorem', 'abstract')).toBe(Math.log2(3));
    expect(feature('nothing of the kind', 'abstract')).toBe(0);
  });

  it('are finite for any text, and the same twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const values = gapFeatures(text, 'chat');
        expect(values).toHaveLength(GAP_FEATURES.length);
        expect(values.every(Number.isFinite)).toBe(true);
        expect(gapFeatures(text, 'chat')).toEqual(values);
      }),
    );
  });

  it('of a text longer than what is read differ only by its length', () => {
    const [head, tail] = ['a word '.repeat(600), ' the end'.repeat(200)];
    const one = gapFeatures(`${head}${'x'.repeat(9000)}${tail}`, 'chat');
    const other = gapFeatures(`${head}${'y'.repeat(90_000)}${tail}`, 'chat');
    expect(other.slice(1)).toEqual(one.slice(1));
    expect(other[0]).toBeGreaterThan(one[0]!);
  });
});

describe('a gap', () => {
  it('is a chance, and grows with tools, turns, a strict format and a long context', () => {
    const plain = asked('Sort a list in Python.');
    for (const changes of [{ tools: 3 }, { turns: 8 }, { strictOutput: true }, { promptTokens: 50_000 }]) {
      const more = asked('Sort a list in Python.', changes);
      for (const pair of ['1|2', '2|3'] as const) {
        expect(more[pair]).toBeGreaterThan(plain[pair]);
        expect(plain[pair] > 0 && more[pair] < 1).toBe(true);
      }
    }
  });

  it('is larger for code to be run by hand than for a greeting', () => {
    const code = '[PYTHON]\ndef f(x):\n    return sorted(x)[::-1]\nassert f([3, 1, 2]) == ??\n[/PYTHON]';
    expect(asked(code)['1|2']).toBeGreaterThan(asked('Hi, how are you?')['1|2']);
  });

  it('is explained by features of the prompt', () => {
    const [first, second] = explainGap('Prove that 17 is prime.', 'maths');
    expect(first).toMatch(/^gap 1\|2: \w+ [+-]\d\.\d\d, /);
    expect(second).toMatch(/^gap 2\|3: /);
  });
});

describe('measures', () => {
  // Worked by hand from the definitions of RouteLLM, section 3: weak 1/4 right, strong 3/4.
  const rows = [
    { weak: 0, strong: 1 },
    { weak: 0, strong: 1 },
    { weak: 1, strong: 1 },
    { weak: 0, strong: 0 },
  ];

  it('APGR, CPT and AUC of a perfect, a useless and a wrong order', () => {
    expect(scoreRouter(rows, [4, 3, 2, 1])).toEqual({ apgr: 0.75, cpt50: 0.25, cpt80: 0.4, auc: 1 });
    expect(scoreRouter(rows, [1, 1, 1, 1])).toEqual({ apgr: 0.5, cpt50: 0.5, cpt80: 0.8, auc: 0.5 });
    expect(scoreRouter(rows, [1, 2, 3, 4])).toMatchObject({ apgr: 0.25, cpt50: 0.75, auc: 0 });
  });

  it('ties of one half count for one half in AUC', () => {
    expect(areaUnderRoc([1, 0, 1, 0], [2, 2, 3, 1])).toBe(0.875);
  });

  it('calibration is off by the distance of chance and share', () => {
    expect(calibrationError([0.2, 0.2, 0.2, 0.2], [1, 0, 0, 0], 1)).toBeCloseTo(0.05);
  });
});

describe('training', () => {
  it('calibration recovers the slope that made the labels, whatever the level of each source', () => {
    const scores = Array.from({ length: 400 }, (_, i) => (i % 40) / 10 - 2);
    const sources = scores.map((_, i) => ['a', 'b'][i % 2]!);
    const level = { a: -0.5, b: -1.5 } as Record<string, number>;
    const labels = scores.map((score, i) => 1 / (1 + Math.exp(-(1.5 * score + level[sources[i]!]!))));
    const { slope, offset } = calibrate(scores, labels, sources);
    expect(slope).toBeCloseTo(1.5, 3);
    expect(offset).toBeCloseTo(-1, 3);
    const wrongWay = labels.map((label) => 1 - label);
    expect(calibrate(scores, wrongWay, sources).slope).toBeCloseTo(-1.5, 3);
  });

  it('finds the feature that the gain depends on, and keeps ranking where no source tells anything', () => {
    const rows = Array.from({ length: 600 }, (_, i): Row => {
      const values = GAP_FEATURES.map((_, at) => ((i * (at + 3)) % 17) / 4);
      const isHard = values[5]! > 2 ? 1 : 0;
      return {
        prompt: '',
        source: ['a', 'b', 'c'][i % 3]!,
        group: 'g',
        values,
        weak: 0,
        mid: isHard,
        strong: isHard,
        gains: { '1|2': isHard, '2|3': 0.001 * values[7]! },
        models: {},
      };
    });
    const model = fitGapModel(rows, 'test');
    const { weights } = model.pairs['1|2'];
    expect(weights.indexOf(Math.max(...weights))).toBe(5);
    const [low, high] = [0, 1].map((isHard) => {
      const of = rows.filter(({ mid }) => mid === isHard);
      return of.reduce((sum, { values }) => sum + gapOdds(model, '1|2', values), 0) / of.length;
    });
    expect(high! - low!).toBeGreaterThan(0.3);
    // No gap between 2 and 3 in any source.
    expect(model.pairs['2|3'].slope).toBeGreaterThan(0);
  });
});

describe('a model that is to be shipped', () => {
  /** Prompts of three sources; the stronger model is needed where `isHard` says so, which one feature tells or none does. */
  const rowsOf = (told: boolean, isLong: (isHard: number, i: number) => boolean): Row[] =>
    Array.from({ length: 600 }, (_, i): Row => {
      const isHard = (i * 7 + (i >> 3)) % 5 < 2 ? 1 : 0;
      const values = GAP_FEATURES.map((_name, at) => ((i * (at + 3) * 31) % 17) / 17);
      values[0] = isLong(isHard, i) ? 1 : 0;
      if (told) values[5] = isHard;
      return {
        ...{
          prompt: 'x'.repeat(isLong(isHard, i) ? 900 : 90),
          source: ['a', 'b', 'c'][i % 3]!,
          group: 'g',
          values,
        },
        ...{ weak: 1 - isHard, mid: null, strong: 1 },
        gains: { '1|2': isHard, '2|3': isHard },
        models: {},
      };
    });

  it('beats length and chance on sources that it has not seen', () => {
    const rankings = rankUnseen(rowsOf(true, (_isHard, i) => (i >> 1) % 2 === 0));
    expect(rankings.map(({ source, pair }) => [source, pair])).toEqual([
      ['a', '1|2'],
      ['b', '1|2'],
      ['c', '1|2'],
    ]);
    for (const { ours, length } of rankings) {
      expect(ours).toBeGreaterThan(0.6);
      expect(length).toBeCloseTo(0.5, 1);
    }
    expect(refusalOf(rankings)).toBeNull();
  });

  it('is refused where length alone ranks as well, or nothing does', () => {
    expect(refusalOf(rankUnseen(rowsOf(false, (isHard) => isHard === 1)))).toMatch(
      /^refused: .* not above the length of the prompt/,
    );
    const ranked = { source: 'a', pair: '1|2' as const, prompts: 9, ours: 0.5, length: 0.4 };
    expect(refusalOf([ranked])).toMatch(/0\.500, not above chance \(0\.500\)/);
    expect(refusalOf([])).not.toBeNull();
  });
});
