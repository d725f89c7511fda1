// Predicts what a model will hold in memory, and refuses one that will not fit, with the sum in the message.
import { GatewayError } from '../contract/errors.ts';
import { type AvailableMemory, availableMemory } from './available-memory.ts';
import { type NativeKvType, type NativeMemoryPlan, nativeAddon } from './binding.ts';
import { fromNativeError } from './model.ts';

/** Node.js, the HTTP server and the addon before any model is opened: measured 62 to 90 MiB on Node 20 (2026-11). */
const HOST_BYTES = 96 * 2 ** 20;

export type KvType = NativeKvType;
export const KV_TYPES: readonly KvType[] = ['f16', 'q8_0', 'f32'];

export interface EngineSize {
  /** Longest prompt and answer together, in tokens. */
  contextTokens: number;
  /** KV budget over all sequences, in tokens. */
  kvTokens: number;
  /** Most tokens in one step. */
  batchTokens: number;
  /** Most sequences that hold logits. */
  sessions: number;
  kvType: KvType;
}

/** Bytes. */
export interface MemoryPlan extends EngineSize {
  isa: string;
  /** Context length that the model was trained for. */
  trainedTokens: number;
  /** False: an encoder. */
  isCausal: boolean;
  /** Matrices, as packed for this machine's instruction set. */
  weights: number;
  /** Tensors that are read where they stand in the file; at most this much of them is resident. */
  file: number;
  kv: number;
  kvPerToken: number;
  /** What a sequence of contextTokens takes of kvTokens: less than that where layers have a sliding window. */
  kvContextTokens: number;
  activations: number;
  tokenizer: number;
  /** The stated constant: engine and host process. */
  constant: number;
  total: number;
  /** A second model that guesses for this one; its bytes are in `total`. */
  draft?: MemoryPlan;
}

/** The plan with a draft model beside it, in the same process. */
export function withDraft(plan: MemoryPlan, draft: MemoryPlan): MemoryPlan {
  const beside = { ...draft, constant: draft.constant - HOST_BYTES, total: draft.total - HOST_BYTES };
  return { ...plan, draft: beside, total: plan.total + beside.total };
}

/** @throws {GatewayError} MODEL_FILE_INVALID, MODEL_FORMAT_UNSUPPORTED, INVALID_REQUEST */
export function planMemory(path: string, isa: string, size: EngineSize): MemoryPlan {
  let native: NativeMemoryPlan;
  try {
    native = nativeAddon().planMemory(path, isa, {
      nCtx: size.contextTokens,
      nKvTokens: size.kvTokens,
      nBatch: size.batchTokens,
      nSessions: size.sessions,
      kvType: size.kvType,
    });
  } catch (error) {
    throw fromNativeError(error);
  }
  return {
    ...size,
    isa: native.isa,
    trainedTokens: native.nCtxTrain,
    isCausal: native.isCausal,
    weights: native.packedBytes,
    file: native.fileBytes,
    kv: native.kvBytes,
    kvPerToken: native.kvTokenBytes,
    kvContextTokens: native.kvContextTokens,
    activations: native.activationBytes,
    tokenizer: native.tokenizerBytes,
    constant: native.constantBytes + HOST_BYTES,
    total: native.totalBytes + HOST_BYTES,
  };
}

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(bytes < 100 * 2 ** 20 ? 1 : 0)} MiB`;

/** One line a part, for people. */
export function planLines(plan: MemoryPlan): string[] {
  const rows: (readonly [string, number, string])[] = [
    ['weights', plan.weights, `packed for ${plan.isa}`],
    ['read in the file', plan.file, 'at most; the kernel may drop and reread it'],
    ['K/V', plan.kv, `${plan.kvTokens} tokens of ${plan.kvPerToken} bytes, ${plan.kvType}`],
    ['activations', plan.activations, `${plan.batchTokens} tokens a step, ${plan.sessions} sequences`],
    ['tokenizer', plan.tokenizer, ''],
    ['constant', plan.constant, 'engine and host process'],
    ...(plan.draft ? ([['draft model', plan.draft.total, partsOf(plan.draft)]] as const) : []),
    ['together', plan.total, ''],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, bytes, note]) =>
    `${name.padEnd(width)}  ${mib(bytes).padStart(10)}  ${note}`.trimEnd(),
  );
}

const partsOf = (plan: MemoryPlan): string =>
  `weights ${mib(plan.weights)} + read in the file ${mib(plan.file)} + K/V ${mib(plan.kv)} (${plan.kvTokens} tokens) + activations ${mib(plan.activations)} + tokenizer ${mib(plan.tokenizer)} + constant ${mib(plan.constant)}`;

/** @throws {GatewayError} MEMORY_TOO_SMALL with the sum */
export function checkFits(plan: MemoryPlan, available: AvailableMemory = availableMemory()): void {
  if (plan.total <= available.bytes) return;
  const { draft } = plan;
  const parts = partsOf(plan) + (draft ? ` + the draft model's ${mib(draft.total)} (${partsOf(draft)})` : '');
  throw new GatewayError(
    'MEMORY_TOO_SMALL',
    `the model needs ${mib(plan.total)}: ${parts}; available are ${mib(available.bytes)} (${available.source}). ` +
      'Use a smaller model or quantisation, a shorter --context, --kv-type q8_0, or free some memory',
  );
}
