// Perplexity and divergence against llama.cpp: its recorded log-likelihoods, and its logits over the same windows.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasNodeLlamaCpp, LlamaCpp } from '../../bench/engine/llama-cpp.ts';
import { packageRoot } from '../../contract/built-file.ts';
import { compareTexts } from '../../engine/divergence.ts';
import { Model } from '../../engine/model.ts';
import { addRows, logSumExp, Perplexity, TextScorer } from '../../engine/score.ts';

const data = join(packageRoot, '..', 'shared', 'data');
const isAbsent = !existsSync(join(data, 'models'));
const gguf = (type: string): string => join(data, 'models', 'gguf', `stories260K-${type}.gguf`);
const text = isAbsent ? '' : readFileSync(join(data, 'corpora', 'tinystories_sample.txt'), 'utf8');
const size = { contextTokens: 128, chunks: 6, threads: 1 };

async function withScorers<T>(types: string[], use: (scorers: TextScorer[], models: Model[]) => Promise<T>) {
  const models: Model[] = [];
  const scorers: TextScorer[] = [];
  try {
    for (const type of types) models.push(await Model.open(gguf(type)));
    for (const model of models) scorers.push(new TextScorer(model, text, size));
    return await use(scorers, models);
  } finally {
    for (const scorer of scorers) scorer.close();
    for (const model of models) model.close();
  }
}

async function ours(scorer: TextScorer): Promise<Perplexity> {
  const perplexity = new Perplexity();
  for (const window of scorer.windows)
    for await (const rows of scorer.rows(window)) addRows(rows, scorer.nVocab, perplexity);
  return perplexity;
}

describe.skipIf(isAbsent)(`perplexity${isAbsent ? ' (skipped: ../shared/data is absent)' : ''}`, () => {
  it('gives the log-likelihoods that llama.cpp recorded, to 1e-3 a token', async () => {
    const oracle = join(data, 'models', 'oracle', 'stories260K-f32.llamacpp.json');
    const recordings = JSON.parse(readFileSync(oracle, 'utf8')) as {
      prompt: string;
      ids: number[];
      nll_sum: number;
      nll_tokens: number;
    }[];
    const model = await Model.open(gguf('f32'));
    const engine = model.createEngine({ contextTokens: 512, kvTokens: 0, batchTokens: 512 });
    for (const { ids, nll_sum, nll_tokens } of recordings.filter((each) => each.nll_tokens > 0)) {
      const session = engine.newSession();
      const [result] = await engine.step([
        { session, tokens: Int32Array.from(ids), sample: false, nTop: 0, allLogits: true },
      ]);
      session.close();
      const perplexity = new Perplexity();
      const targets = Int32Array.from(ids.slice(1));
      addRows({ logits: result!.logits!, targets }, model.info.nVocab, perplexity);
      expect(perplexity.positions).toBe(nll_tokens);
      expect(Math.abs(perplexity.meanNll - nll_sum / nll_tokens)).toBeLessThan(1e-3);
    }
    engine.close();
    model.close();
  });

  it('scores the second half of each window, which begins with BOS', () =>
    withScorers(['f32'], async ([scorer], [model]) => {
      expect(scorer!.windows).toHaveLength(6);
      expect(scorer!.windows.map((window) => window[0])).toEqual(Array(6).fill(model!.info.bosToken));
      expect((await ours(scorer!)).positions).toBe(6 * (128 - 64 - 1));
    }));

  it('refuses a text of less than one window', async () => {
    const model = await Model.open(gguf('f32'));
    expect(() => new TextScorer(model, 'Once', size)).toThrow(/the text has \d tokens and a window 128/);
    model.close();
  });

  it('finds no divergence of a model from itself', () =>
    withScorers(['F16', 'F16'], async ([a, b]) => {
      const result = await compareTexts(a!, b!, () => {});
      expect(result).toMatchObject({ meanKl: 0, p99Kl: 0, maxKl: 0, sameTop: 1, rmsProbability: 0 });
      expect(result.kls).toHaveLength(6 * 63);
    }));
});

const reason = isAbsent
  ? '../shared/data is absent'
  : hasNodeLlamaCpp
    ? ''
    : 'bench/peers is not installed, see bench/peers/README.md';

describe.skipIf(reason !== '')(`perplexity beside llama.cpp${reason && ` (skipped: ${reason})`}`, () => {
  let peer: LlamaCpp;
  beforeAll(async () => {
    peer = await LlamaCpp.start();
  });
  afterAll(() => peer?.stop());

  /** llama.cpp's rows of logits over the scored positions. */
  async function theirs(type: string, windows: readonly Int32Array[]): Promise<Float32Array[]> {
    await peer.open(gguf(type), { nCtx: 256, nThreads: 1 });
    const rows: Float32Array[] = [];
    for (const window of windows) {
      const first = window.length / 2;
      rows.push(
        ...(await peer.follow([...window.subarray(0, first + 1)], [...window.subarray(first + 1)])).logits,
      );
    }
    return rows;
  }

  const targetsOf = (windows: readonly Int32Array[]): number[] =>
    windows.flatMap((window) => [...window.subarray(window.length / 2 + 1)]);

  // Rounding of activations to int8 shows in the quantised file: each engine rounds its own blocks.
  it.each([
    ['f32', 1e-3],
    ['F16', 1e-3],
    ['Q4_K_M', 2e-2],
  ] as const)('of %s is the same to %f nats', (type, tolerance) =>
    withScorers([type], async ([scorer]) => {
      const mine = await ours(scorer!);
      const rows = await theirs(type, scorer!.windows);
      const targets = targetsOf(scorer!.windows);
      const nll = rows.reduce((sum, row, i) => sum + logSumExp(row) - row[targets[i]!]!, 0) / rows.length;
      expect(rows).toHaveLength(mine.positions);
      console.log(`${type}: perplexity ${mine.value.toFixed(5)}, llama.cpp's ${Math.exp(nll).toFixed(5)}`);
      expect(Math.abs(mine.meanNll - nll)).toBeLessThan(tolerance);
    }),
  );

  it('finds the divergence that llama.cpp has between the same two files', () =>
    withScorers(['f32', 'Q4_K_M'], async ([a, b]) => {
      const result = await compareTexts(a!, b!, () => {});
      const p = await theirs('f32', a!.windows);
      const q = await theirs('Q4_K_M', a!.windows);
      const kl = p.reduce((sum, row, i) => {
        const [sumP, sumQ] = [logSumExp(row), logSumExp(q[i]!)];
        return (
          sum + row.reduce((all, x, id) => all + Math.exp(x - sumP) * (x - sumP - (q[i]![id]! - sumQ)), 0)
        );
      }, 0);
      const mean = kl / p.length;
      console.log(
        `mean KL of Q4_K_M from f32: ours ${result.meanKl.toFixed(5)}, llama.cpp's ${mean.toFixed(5)}`,
      );
      expect(Math.abs(result.meanKl / mean - 1)).toBeLessThan(0.1);
    }));
});
