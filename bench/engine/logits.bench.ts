// Our logits beside llama.cpp's (node-llama-cpp's prebuilt binary) on the same files over thousands of positions: mean KL
// divergence and how often both rank the same token first, for each tensor type; beside it the same of llama.cpp with
// flash attention from llama.cpp without, the floor that one and the same program sets.
//   npm run bench:logits -- [--formats Q4_K,Q8_0] [--model FILE]... [--texts 17] [--isa avx2] [--json FILE]
// A file is followed along texts that it writes itself. Without one: bench/models' small model of random weights in every
// format along random tokens, with its F32 file as the yardstick of what rounding activations costs each of the two engines.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { type NativeEngine, nativeAddon } from '../../engine/binding.ts';
import { mixes } from '../models/mixes.ts';
import { writeModel } from '../models/model-file.ts';
import { scriptOptions } from '../script-options.ts';
import { divergence, follow, topOf } from './compare.ts';
import { type GreedyText, hasNodeLlamaCpp, LlamaCpp } from './llama-cpp.ts';

const given = scriptOptions(import.meta.url, {
  formats: { type: 'string', default: Object.keys(mixes).join() },
  model: { type: 'string', multiple: true, default: [] },
  texts: { type: 'string', default: '17' },
  isa: { type: 'string', default: '' },
  json: { type: 'string' },
});

const nTokens = 128;

interface Agreement {
  label: string;
  positions: number;
  /** KL(llama.cpp || ours), nats. */
  meanKl: number;
  maxKl: number;
  /** Share of positions where both rank the same token first. */
  sameTop: number;
  /** Of the positions where they differ, the largest lead of our first token over our second, in logits. */
  largestMargin: number;
  /** Positions where llama.cpp leads by more than a tenth of a logit, and the share of them with the same token. */
  clear: { positions: number; sameTop: number };
  /** KL(llama.cpp with flash attention || without), and how often these two rank the same token first. */
  itself: { meanKl: number; sameTop: number };
  /** Mean KL(F32 file || each): what the type and rounded activations cost. */
  fromF32?: { ours: number; theirs: number };
}

/** Tokens without meaning, so that no position repeats another's state. */
function randomTexts(nTexts: number, nVocab: number): number[][] {
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % nVocab;
  };
  return Array.from({ length: nTexts }, () => Array.from({ length: nTokens + 1 }, next));
}

async function withEngine<T>(
  path: string,
  use: (engine: NativeEngine, bos: number) => Promise<T>,
): Promise<T> {
  const model = await nativeAddon().openModel(path, given.isa);
  const engine = model.createEngine({ nCtx: 256, nThreads: 1 });
  try {
    return await use(engine, model.tokenize('', true, false)[0] ?? 0);
  } finally {
    engine.close();
    model.close();
  }
}

/** What the model writes at temperature 1: text as it knows it. */
const ownTexts = (path: string, nTexts: number): Promise<number[][]> =>
  withEngine(path, async (engine, bos) => {
    const texts: number[][] = [];
    for (let seed = 1; seed <= nTexts; seed++) {
      const session = engine.newSession();
      session.setSampler({ temperature: 1, seed: BigInt(seed) });
      const text = [bos];
      while (text.length <= nTokens) {
        const tokens = Int32Array.of(text.at(-1) ?? bos);
        const [result] = await engine.step([{ session, tokens, sample: true, nTop: 0 }]);
        if (!result?.sampled) throw new Error(`our engine sampled nothing: ${result?.error ?? ''}`);
        text.push(result.token);
      }
      session.close();
      texts.push(text);
    }
    return texts;
  });

const ourTexts = (path: string, texts: readonly number[][]): Promise<GreedyText[]> =>
  withEngine(path, async (engine) => {
    const results: GreedyText[] = [];
    for (const [first = 0, ...rest] of texts) results.push(await follow(engine, [first], rest));
    return results;
  });

async function theirTexts(
  peer: LlamaCpp,
  path: string,
  texts: readonly number[][],
  flashAttention: boolean,
): Promise<GreedyText[]> {
  await peer.open(path, { nCtx: 256, nThreads: 1, flashAttention });
  const results: GreedyText[] = [];
  for (const [first = 0, ...rest] of texts) results.push(await peer.follow([first], rest));
  return results;
}

const rowsOf = (texts: readonly GreedyText[]): Float32Array[] => texts.flatMap(({ logits }) => logits);
const tokensOf = (texts: readonly GreedyText[]): number[] => texts.flatMap(({ tokens }) => tokens);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, x) => sum + x, 0) / Math.max(1, values.length);

function meanKl(from: readonly GreedyText[], to: readonly GreedyText[]): number {
  const rows = rowsOf(to);
  return mean(rowsOf(from).map((p, i) => divergence(p, rows[i] ?? p)));
}

/** What `itself` and `fromF32` do not say. */
function agreementOf(label: string, theirs: GreedyText[], ours: GreedyText[]): Omit<Agreement, 'itself'> {
  const [p, q] = [rowsOf(theirs), rowsOf(ours)];
  const [a, b] = [tokensOf(theirs), tokensOf(ours)];
  const kls = p.map((row, i) => divergence(row, q[i] ?? row));
  const isSame = a.map((token, i) => token === b[i]);
  const margins = isSame.flatMap((same, i) => {
    const row = q[i];
    return same || !row ? [] : [topOf(row, b[i] ?? 0).margin];
  });
  const clear = p.flatMap((row, i) => (topOf(row, a[i] ?? 0).margin > 0.1 ? [isSame[i] ? 1 : 0] : []));
  return {
    label,
    positions: kls.length,
    meanKl: mean(kls),
    maxKl: Math.max(...kls),
    sameTop: mean(isSame.map(Number)),
    largestMargin: Math.max(0, ...margins),
    clear: { positions: clear.length, sameTop: mean(clear) },
  };
}

function print({
  label,
  positions,
  meanKl: kl,
  maxKl,
  sameTop,
  largestMargin,
  clear,
  itself,
  fromF32,
}: Agreement): void {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`.padStart(9);
  const cells = [
    label.padEnd(24),
    `${positions}`.padStart(6),
    kl.toExponential(2).padStart(10),
    maxKl.toExponential(2).padStart(10),
    percent(sameTop),
    `${percent(clear.sameTop)} of ${clear.positions}`.padStart(18),
    largestMargin.toFixed(3).padStart(8),
    `${itself.meanKl.toExponential(2)} ${percent(itself.sameTop)}`.padStart(22),
    fromF32 ? `${fromF32.ours.toExponential(2)} / ${fromF32.theirs.toExponential(2)}`.padStart(22) : '',
  ];
  console.log(cells.join(' '));
}

async function bench(peer: LlamaCpp): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tiergate-logits-'));
  const results: Agreement[] = [];
  const nTexts = Number(given.texts);
  console.log(
    `${'model'.padEnd(24)} places    mean KL     max KL  same top  where clear (> 0.1)   margin    llama.cpp to itself   KL from F32, ours / theirs`,
  );
  const compare = async (label: string, path: string, texts: number[][], exact?: GreedyText[]) => {
    let ours: GreedyText[];
    try {
      ours = await ourTexts(path, texts);
    } catch (error) {
      console.log(`${label.padEnd(24)} ${error instanceof Error ? error.message : error}`);
      return;
    }
    const theirs = await theirTexts(peer, path, texts, true);
    const agreement: Agreement = {
      ...agreementOf(label, theirs, ours),
      itself: agreementOf(label, theirs, await theirTexts(peer, path, texts, false)),
      ...(exact && { fromF32: { ours: meanKl(exact, ours), theirs: meanKl(exact, theirs) } }),
    };
    results.push(agreement);
    print(agreement);
  };
  try {
    if (given.model.length > 0) {
      // The peer runs in a folder of its own.
      for (const path of given.model.map((file) => resolve(file))) {
        await compare(basename(path, '.gguf'), path, await ownTexts(path, nTexts));
      }
    } else {
      const write = (format: string): string => {
        const path = join(folder, `${format}.gguf`);
        writeModel(path, 'small', format, 1, () => {});
        return path;
      };
      const texts = randomTexts(nTexts, 4000);
      const exact = await theirTexts(peer, write('F32'), texts, true);
      for (const format of given.formats.split(',')) {
        const path = write(format);
        await compare(`small ${format}`, path, texts, exact);
        rmSync(path);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (given.json) {
    const version = await peer.version();
    const report = { date: new Date().toISOString(), llamaCpp: version.release, isa: given.isa, results };
    writeFileSync(given.json, `${JSON.stringify(report, null, 2)}\n`);
  }
}

if (!hasNodeLlamaCpp) {
  console.error('node-llama-cpp is not installed: run `npm install --ignore-scripts` in bench/peers first');
  process.exitCode = 2;
} else {
  const peer = await LlamaCpp.start();
  await bench(peer);
  await peer.stop();
}
