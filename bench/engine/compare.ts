// Greedy continuations of our engine beside llama.cpp's. Ours is fed llama.cpp's tokens (teacher forcing), so one
// rounding difference does not hide what follows it: every position is compared on the same text.
import { type NativeEngine, nativeAddon } from '../../engine/binding.ts';
import type { GreedyText, LlamaCpp } from './llama-cpp.ts';

export interface Comparison {
  /** The prompts whose token ids differ. */
  tokenisedApart: string[];
  positions: number;
  /** Positions at which both take the same token. */
  equal: number;
  /** Positions before the first difference, over all prompts. */
  untilFirst: number;
  differing: Difference[];
  largestLogitDifference: number;
  /** Root mean square of the logits' differences. */
  rmsLogitDifference: number;
  /** KL(llama.cpp || ours) a position, in nats. */
  meanKl: number;
  maxKl: number;
  /** KL(llama.cpp with the weights as F32 || each), where such a file is given: what rounding activations costs each. */
  fromExact?: { ours: number; theirs: number };
}

export interface Difference {
  prompt: string;
  position: number;
  ours: Top;
  theirs: Top;
}

/** The best token, and by how many logits it leads the second. */
export interface Top {
  token: number;
  margin: number;
  probability: number;
}

function logProbabilities(logits: Float32Array): Float64Array {
  const max = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((total, x) => total + Math.exp(x - max), 0);
  return Float64Array.from(logits, (x) => x - max - Math.log(sum));
}

export function topOf(logits: Float32Array, token: number): Top {
  let second = Number.NEGATIVE_INFINITY;
  logits.forEach((x, id) => {
    if (id !== token) second = Math.max(second, x);
  });
  const probability = Math.exp(logProbabilities(logits)[token] ?? Number.NaN);
  return { token, margin: (logits[token] ?? Number.NaN) - second, probability };
}

/** Our tokens and logits where llama.cpp has taken `theirs`: the prompt as one batch, then their tokens one by one. */
export async function follow(engine: NativeEngine, ids: number[], theirs: number[]): Promise<GreedyText> {
  const session = engine.newSession();
  session.setSampler({ temperature: 0 });
  const text: GreedyText = { tokens: [], logits: [] };
  try {
    for (const input of [ids, ...theirs.slice(0, -1).map((token) => [token])]) {
      const tokens = Int32Array.from(input);
      const [result] = await engine.step([{ session, tokens, sample: true, nTop: 0 }]);
      if (!result?.sampled) throw new Error(`our engine sampled nothing: ${result?.error ?? ''}`);
      text.tokens.push(result.token);
      text.logits.push(session.logits());
    }
  } finally {
    session.close();
  }
  return text;
}

/** KL(p || q) of the distributions that two rows of logits stand for, in nats. */
export function divergence(p: Float32Array, q: Float32Array): number {
  if (p.length !== q.length)
    throw new Error(`${p.length} logits beside ${q.length}: the vocabularies differ`);
  const [logP, logQ] = [logProbabilities(p), logProbabilities(q)];
  return logP.reduce((sum, x, id) => sum + Math.exp(x) * (x - (logQ[id] ?? 0)), 0);
}

function* pairs<A, B>(left: readonly A[], right: readonly B[]): Generator<[A, B]> {
  for (const [i, a] of left.entries()) yield [a, right[i] as B];
}

function meanDivergence(exact: GreedyText[], texts: GreedyText[]): number {
  const all = exact.flatMap((text, i) =>
    [...pairs(text.logits, texts[i]?.logits ?? [])].map(([p, q]) => divergence(p, q)),
  );
  return all.reduce((sum, kl) => sum + kl, 0) / all.length;
}

export interface ComparisonOptions {
  prompts: readonly string[];
  nTokens: number;
  /** The same model with its rounded weights stored as F32. */
  exactPath?: string | undefined;
  /** The file that our engine opens, if not the same one. */
  oursPath?: string | undefined;
  /** "" is the best of this CPU. */
  isa?: string;
}

const nCtx = 512;

/** @throws {Error} when one of the two cannot open the model. */
export async function compareGreedily(
  peer: LlamaCpp,
  path: string,
  { prompts, nTokens, exactPath, oursPath = path, isa = '' }: ComparisonOptions,
): Promise<Comparison> {
  await peer.open(path, { nCtx, nThreads: 1 });
  const model = await nativeAddon().openModel(oursPath, isa);
  const engine = model.createEngine({ nCtx, nThreads: 1 });
  const tokenisedApart: string[] = [];
  const inputs: number[][] = [];
  const theirs: GreedyText[] = [];
  const ours: GreedyText[] = [];
  try {
    for (const prompt of prompts) {
      const ids = await peer.tokenize(prompt);
      if (ids.join() !== [...model.tokenize(prompt, true, false)].join()) tokenisedApart.push(prompt);
      const text = await peer.continueGreedily(ids, nTokens);
      inputs.push(ids);
      theirs.push(text);
      ours.push(await follow(engine, ids, text.tokens));
    }
  } finally {
    engine.close();
    model.close();
  }
  const result = { tokenisedApart, ...compareTexts(prompts, ours, theirs) };
  if (exactPath === undefined) return result;

  await peer.open(exactPath, { nCtx, nThreads: 1 });
  const exact: GreedyText[] = [];
  for (const [ids, text] of pairs(inputs, theirs)) exact.push(await peer.follow(ids, text.tokens));
  return {
    ...result,
    fromExact: { ours: meanDivergence(exact, ours), theirs: meanDivergence(exact, theirs) },
  };
}

function compareTexts(
  prompts: readonly string[],
  ours: GreedyText[],
  theirs: GreedyText[],
): Omit<Comparison, 'tokenisedApart'> {
  const differing: Difference[] = [];
  const divergences: number[] = [];
  let [untilFirst, largest, squares, nLogits] = [0, 0, 0, 0];
  for (const [i, prompt] of prompts.entries()) {
    const [our, their] = [ours[i] ?? { tokens: [], logits: [] }, theirs[i] ?? { tokens: [], logits: [] }];
    const nBefore = differing.length;
    for (const [position, [q, p]] of [...pairs(our.logits, their.logits)].entries()) {
      divergences.push(divergence(p, q));
      const [token, theirToken] = [our.tokens[position] ?? -1, their.tokens[position] ?? -1];
      if (token !== theirToken)
        differing.push({ prompt, position, ours: topOf(q, token), theirs: topOf(p, theirToken) });
      if (differing.length === nBefore) untilFirst++;
      for (const [x, y] of pairs([...p], [...q])) {
        largest = Math.max(largest, Math.abs(x - y));
        squares += (x - y) ** 2;
      }
      nLogits += p.length;
    }
  }
  return {
    positions: divergences.length,
    equal: divergences.length - differing.length,
    untilFirst,
    differing,
    largestLogitDifference: largest,
    rmsLogitDifference: Math.sqrt(squares / nLogits),
    meanKl: divergences.reduce((sum, kl) => sum + kl, 0) / divergences.length,
    maxKl: Math.max(...divergences),
  };
}
