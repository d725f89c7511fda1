// Which quantisation of a model this machine should run: the best that fits its memory and answers fast enough.
// Estimates from file sizes and the file's first keys; after the pull the engine's own plan is exact (memory-plan.ts).
import { GatewayError } from '../../contract/errors.ts';
import type { AvailableMemory } from '../available-memory.ts';
import type { GgufHead } from './gguf-head.ts';
import { quantisationOf } from './quantisation-name.ts';
import { memorySize } from './sizes.ts';

export interface Candidate {
  file: string;
  bytes: number;
}

export interface Machine {
  memory: AvailableMemory;
  cores: number;
}

export interface Choice<T extends Candidate> {
  chosen: T;
  /** One or two lines for people. */
  because: string[];
}

/** What the engine takes where no context is given (host-size.ts). */
const CONTEXT_TOKENS = 8192;
/** Activations, tokenizer, process. */
const REST_BYTES = 400 * 2 ** 20;
/** Of the available memory; the rest stays for the page cache and other programs. */
const USABLE_SHARE = 0.9;
/** A token reads every active weight once. One core of 2020-2026 reads about this much, all of them together at most that. */
const BYTES_A_CORE = 8e9;
const BYTES_A_MACHINE = 50e9;
/** As fast as people read: 250 words a minute. */
const LEAST_TOKENS_A_SECOND = 6;
/** Not run by the engine (native/src/quant). */
const UNSUPPORTED = /^(?:UD-)?(?:IQ[123]|TQ)/;
const FLOATS = /^(?:F32|F16|BF16)$/;

const numberIn = (head: GgufHead, key: string): number | null => {
  const value = head.get(key);
  return typeof value === 'number' && value > 0 ? value : null;
};

/** Bytes of K and V of one full context in f16; null: the head does not tell. Windows are not counted: an upper bound. */
export function kvBytes(head: GgufHead): { bytes: number; tokens: number } | null {
  const architecture = head.get('general.architecture');
  const key = (name: string) => `${String(architecture)}.${name}`;
  const layers = numberIn(head, key('block_count'));
  const width = numberIn(head, key('embedding_length'));
  const heads = numberIn(head, key('attention.head_count'));
  const perLayer = head.get(key('attention.head_count_kv')) ?? heads;
  if (layers === null || width === null || heads === null || perLayer === null) return null;
  const kvHeads = Array.isArray(perLayer)
    ? perLayer.reduce((sum, n) => sum + n, 0)
    : layers * Number(perLayer);
  const keyLength = numberIn(head, key('attention.key_length')) ?? width / heads;
  const valueLength = numberIn(head, key('attention.value_length')) ?? width / heads;
  const tokens = Math.min(CONTEXT_TOKENS, numberIn(head, key('context_length')) ?? CONTEXT_TOKENS);
  return { bytes: 2 * tokens * kvHeads * (keyLength + valueLength), tokens };
}

/** Part of the weights that a token reads: less than 1 with experts, whose matrices are about 9/10 of the file. */
function activeShare(head: GgufHead): number {
  const architecture = String(head.get('general.architecture'));
  const all = numberIn(head, `${architecture}.expert_count`);
  const used = numberIn(head, `${architecture}.expert_used_count`);
  return all === null || used === null ? 1 : 0.1 + 0.9 * Math.min(1, used / all);
}

export interface Estimate {
  /** Memory in bytes: weights, K/V of one context, the rest. */
  needs: number;
  kvBytes: number;
  kvTokens: number;
  tokensPerSecond: number;
  /** Within the usable part of the available memory. */
  fits: boolean;
  /** As fast as people read. */
  isFast: boolean;
}

/** What a file of so many bytes asks of a machine. */
export function estimate(bytes: number, head: GgufHead, { memory, cores }: Machine): Estimate {
  const kv = kvBytes(head) ?? { bytes: 0, tokens: 0 };
  const speed = (Math.min(cores * BYTES_A_CORE, BYTES_A_MACHINE) / activeShare(head)) * 0.8;
  const needs = bytes + kv.bytes + REST_BYTES;
  const tokensPerSecond = speed / bytes;
  return {
    needs,
    kvBytes: kv.bytes,
    kvTokens: kv.tokens,
    tokensPerSecond,
    fits: needs <= memory.bytes * USABLE_SHARE,
    isFast: tokensPerSecond >= LEAST_TOKENS_A_SECOND,
  };
}

const bitsOf = (file: string): number => Number(/\d+/.exec(quantisationOf(file) ?? '4')?.[0] ?? 4);

/**
 * Of files of 4 bits and more, the largest that fits and is fast enough; where none is fast, the smallest of them that
 * fits; where none fits, the largest of those below. F16 and the like only where nothing else is there: Q8_0 answers the same.
 * @throws {GatewayError} MEMORY_TOO_SMALL with the sum, MODEL_FORMAT_UNSUPPORTED
 */
export function chooseQuantisation<T extends Candidate>(
  all: readonly T[],
  head: GgufHead,
  machine: Machine,
): Choice<T> {
  const { memory, cores } = machine;
  const named = all.map((model) => ({ model, name: quantisationOf(model.file) ?? model.file }));
  const known = named.filter(({ name }) => !UNSUPPORTED.test(name));
  if (known.length === 0)
    throw new GatewayError(
      'MODEL_FORMAT_UNSUPPORTED',
      `the engine runs none of ${named.map(({ name }) => name).join(', ')}; look for Q4_K_M or Q8_0`,
    );
  const quantised = known.filter(({ name }) => !FLOATS.test(name));
  const rows = (quantised.length > 0 ? quantised : known)
    .map((row) => ({
      ...row,
      ...estimate(row.model.bytes, head, machine),
      isFine: bitsOf(row.model.file) >= 4,
    }))
    .sort((a, b) => b.model.bytes - a.model.bytes);
  const room = memory.bytes * USABLE_SHARE;
  const fits = rows.filter((row) => row.fits);
  const sum = ({ model, needs, kvBytes: kv, kvTokens }: (typeof rows)[number]): string =>
    `${memorySize(model.bytes)} weights + ${memorySize(kv)} K/V of ${kvTokens} tokens + ${memorySize(REST_BYTES)} rest = ${memorySize(needs)}`;
  if (fits.length === 0) {
    const least = rows.at(-1)!;
    throw new GatewayError(
      'MEMORY_TOO_SMALL',
      `no quantisation fits: the smallest, ${least.name}, needs ${sum(least)}, usable are ${memorySize(room)} (9/10 of ` +
        `${memory.source}); take a smaller model, or name one to pull it all the same, e.g. :${least.name}`,
    );
  }
  const fine = fits.filter(({ isFine }) => isFine);
  const chosen = fine.find(({ isFast }) => isFast) ?? fine.at(-1) ?? fits[0]!;
  const because = [
    `${chosen.name}, the best of ${all.length} for this machine: ${sum(chosen)} of ${memorySize(memory.bytes)} available`,
  ];
  const better = rows[rows.indexOf(chosen) - 1];
  if (better !== undefined)
    because.push(
      better.needs > room
        ? `${better.name} would need ${memorySize(better.needs)}`
        : `${better.name} would give about ${better.tokensPerSecond.toFixed(1)} tokens/s on ${cores} cores`,
    );
  return { chosen: chosen.model, because };
}
