// The least time that a test can take on this machine: reading what it must read, and its multiply-adds.
import { readFileSync } from 'node:fs';
import { nativeAddon } from '../../engine/binding.ts';
import { runChild } from './child.ts';
import { groupBy, type Test } from './measurement.ts';
import { nativeProgram } from './ours.ts';

/** Of roofline_bench: GB/s and Gop/s by name, for this many threads. */
export type Peaks = Record<string, number>;

export async function measurePeaks(nThreads: number): Promise<Peaks> {
  const { stdout } = await runChild(nativeProgram('roofline_bench'), [`${nThreads}`]);
  return JSON.parse(stdout) as Peaks;
}

/** What of a model its speed depends on. */
export interface ModelCost {
  /** Read for each token of a lone sequence: every matrix but the embedding of a model that does not share it. */
  weightBytes: number;
  /** Multiply-adds a token, without attention and without the logits. */
  macs: number;
  /** Multiply-adds of one row of logits. */
  outputMacs: number;
  /** Multiply-adds of one query with one position. */
  attentionMacs: number;
  /** Of `macs`, those of the last layer after K and V: only tokens whose logits are wanted need them. */
  lastMacs: number;
  layers: number;
  /** Bytes of one position's K and V as F16. */
  kvBytes: number;
  /** The number format that the products of most weights can be made in. */
  format: 'int8' | 'bf16' | 'f32';
}

interface Directory {
  metadata: Record<string, unknown>;
  tensors: { name: string; type: string; shape: number[]; bytes: number }[];
}

/** @throws {Error} when the file is no GGUF. */
export function modelCost(path: string): ModelCost {
  const { metadata, tensors } = JSON.parse(nativeAddon().inspectFileJson(path, 0)) as Directory;
  const number = (key: string, otherwise = 0): number => {
    const value = metadata[`${metadata['general.architecture']}.${key}`];
    return typeof value === 'number' ? value : otherwise;
  };
  const heads = number('attention.head_count');
  const headDim = number('attention.key_length', number('embedding_length') / heads);
  const layers = number('block_count');
  const isTied = !tensors.some(({ name }) => name === 'output.weight');
  const outputName = isTied ? 'token_embd.weight' : 'output.weight';
  const matrices = tensors.filter(({ shape }) => shape.length > 1);
  const size = ({ shape }: { shape: number[] }): number => shape.reduce((product, n) => product * n, 1);
  const inner = matrices.filter(({ name }) => name !== outputName && name !== 'token_embd.weight');
  const output = matrices.filter(({ name }) => name === outputName);
  const sum = <T>(items: readonly T[], value: (item: T) => number): number =>
    items.reduce((total, item) => total + value(item), 0);
  const byType = groupBy(inner, ({ type }) => type).sort((a, b) => sum(b, size) - sum(a, size));
  const most = byType[0]?.[0]?.type ?? 'F32';
  return {
    weightBytes: sum([...inner, ...output], ({ bytes }) => bytes),
    macs: sum(inner, size),
    outputMacs: sum(output, size),
    attentionMacs: 2 * layers * heads * headDim,
    lastMacs: sum(
      inner.filter(({ name }) => name.startsWith(`blk.${layers - 1}.`) && !/attn_(k|v|qkv)\./.test(name)),
      size,
    ),
    layers,
    kvBytes: 2 * 2 * layers * number('attention.head_count_kv', heads) * headDim,
    format: most === 'F32' ? 'f32' : /16$/.test(most) ? 'bf16' : 'int8',
  };
}

const best = (peaks: Peaks, prefix: string): number =>
  Math.max(0, ...Object.entries(peaks).map(([key, value]) => (key.startsWith(prefix) ? value : 0)));

/** Tokens a second that no program on this machine can pass. */
export function bound(test: Test, cost: ModelCost, peaks: Peaks): number {
  const { nSequences, nTokens, depth, kind } = test;
  // Not everywhere are products in fewer bits the faster ones.
  const gops = Math.max(best(peaks, cost.format), best(peaks, 'f32'));
  const bytesPerSecond = (peaks['dram_gbs'] ?? 0) * 1e9;
  const meanPosition = depth + nTokens / 2;
  const tokenMacs = cost.macs + cost.attentionMacs * meanPosition;
  if (kind === 'prefill') {
    const unneeded = cost.lastMacs + (cost.attentionMacs / cost.layers) * meanPosition;
    const macs = nTokens * tokenMacs - (nTokens - 1) * unneeded + cost.outputMacs;
    const computeS = (2 * macs) / (gops * 1e9);
    return nTokens / Math.max(computeS, cost.weightBytes / bytesPerSecond);
  }
  const computeS = (2 * nSequences * (tokenMacs + cost.outputMacs)) / (gops * 1e9);
  const readS = (cost.weightBytes + nSequences * meanPosition * cost.kvBytes) / bytesPerSecond;
  return nSequences / Math.max(computeS, readS);
}

/** The CPU's name as the system gives it. */
export function cpuName(): string {
  try {
    return /model name\s*:\s*(.+)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
