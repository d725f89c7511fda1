// The gap model's features, its arithmetic, and the measures it is judged by.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GAP_FEATURES, gapFeatures } from '../../../policies/gap/features.ts';
import { explainGap, gapOf } from '../../../policies/gap/gap.ts';
import { treeOdds } from '../../../policies/gap/model.ts';
import { calibrate } from '../../../policies/gap/training/fit.ts';
import { areaUnderRoc, calibrationError, scoreRouter } from '../../../policies/gap/training/metrics.ts';
import { fitTrees } from '../../../policies/gap/training/trees.ts';

const feature = (prompt: string, name: string): number => gapFeatures(prompt)[GAP_FEATURES.indexOf(name)]!;
const asked = (ask: string, changes = {}) =>
  gapOf({ ask, promptTokens: 100, turns: 1, tools: 0, strictOutput: false, ...changes });

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
        const values = gapFeatures(text);
        expect(values).toHaveLength(GAP_FEATURES.length);
        expect(values.every(Number.isFinite)).toBe(true);
        expect(gapFeatures(text)).toEqual(values);
      }),
    );
  });

  it('of a text longer than what is read differ only by its length', () => {
    const [head, tail] = ['a word '.repeat(600), ' the end'.repeat(200)];
    const one = gapFeatures(`${head}${'x'.repeat(9000)}${tail}`);
    const other = gapFeatures(`${head}${'y'.repeat(90_000)}${tail}`);
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
    const [first, second] = explainGap('Prove that 17 is prime.');
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
  const examples = Array.from({ length: 400 }, (_, i) => ({
    values: [i % 20, (i * 7) % 13],
    label: i % 20 >= 10 ? 0.9 : 0.1,
    weight: 1,
  }));

  it('trees find the feature that matters', () => {
    const trees = fitTrees(examples, { trees: 60, depth: 2, rate: 0.2, leafShare: 0.01, penalty: 1e-3 });
    expect(trees[0]!.feature[0]).toBe(0);
    expect(trees[0]!.threshold[0]).toBe(9);
    const [low, high] = [treeOdds(trees, [3, 5]), treeOdds(trees, [15, 5])];
    expect(high - low).toBeCloseTo(2 * Math.log(9), 0);
  });

  it('calibration recovers the slope that made the labels, and gives the mean for a wrong order', () => {
    const scores = examples.map((_, i) => (i % 40) / 10 - 2);
    const labels = scores.map((score) => 1 / (1 + Math.exp(-(1.5 * score - 0.5))));
    const { slope, offset } = calibrate(scores, labels);
    expect(slope).toBeCloseTo(1.5, 3);
    expect(offset).toBeCloseTo(-0.5, 3);
    expect(
      calibrate(
        scores,
        labels.map((label) => 1 - label),
      ).slope,
    ).toBe(0);
  });
});
