// How large the host makes its engine: context, K/V budget, batch. `tiergate inspect` predicts with the same numbers.
import { totalmem } from 'node:os';
import { type AvailableMemory, availableMemory } from './available-memory.ts';
import { type KvType, type MemoryPlan, planMemory, withDraft } from './memory-plan.ts';

/** Used where no context is given: a longer default would cost KV memory that few requests need. */
const DEFAULT_CONTEXT_TOKENS = 8192;
export const BATCH_TOKENS = 512;
/** Sequences side by side, and finished sessions kept for prefix reuse. */
export const MAX_ACTIVE = 16;

export interface HostSize {
  /** Tokens; default: what the model was trained for, at most DEFAULT_CONTEXT_TOKENS. */
  context?: number | undefined;
  /** Default: the best of this machine. */
  isa?: string;
  kvType?: KvType | undefined;
  /** A second model that guesses for this one. It gets room for as many contexts. */
  draftModel?: string | undefined;
}

/**
 * The plan for a file. The K/V budget: room for up to MAX_ACTIVE full contexts within an eighth of the memory and
 * within what is available; at least one.
 * @throws {GatewayError} as `planMemory`
 */
export function hostPlan(
  modelFile: string,
  { context, isa = process.env['ENGINE_ISA'] ?? '', kvType = 'f16', draftModel }: HostSize,
  available: AvailableMemory = availableMemory(),
): MemoryPlan {
  const usual = { batchTokens: BATCH_TOKENS, sessions: 2 * MAX_ACTIVE, kvType };
  const { trainedTokens, isCausal } = planMemory(modelFile, isa, { ...usual, contextTokens: 1, kvTokens: 1 });
  const contextTokens =
    context ?? Math.min(DEFAULT_CONTEXT_TOKENS, trainedTokens > 0 ? trainedTokens : DEFAULT_CONTEXT_TOKENS);
  // An encoder reads a text in one step.
  const size = isCausal ? usual : { ...usual, batchTokens: Math.max(BATCH_TOKENS, contextTokens) };
  const least = planMemory(modelFile, isa, { ...size, contextTokens, kvTokens: 0 });
  const draft =
    draftModel === undefined
      ? undefined
      : planMemory(draftModel, isa, { ...size, contextTokens, kvTokens: 0 });
  const share = Math.min(totalmem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY) / 8;
  const fixed = least.total - least.kv + (draft ? draft.total - draft.kv : 0);
  const room = Math.min(share, available.bytes - fixed);
  const contexts = Math.min(MAX_ACTIVE, Math.max(1, Math.floor(room / (least.kv + (draft?.kv ?? 0)))));
  const plan = timesContexts(least, contexts);
  return draft ? withDraft(plan, timesContexts(draft, contexts)) : plan;
}

/** The plan for one context with room for more of them. */
function timesContexts(plan: MemoryPlan, contexts: number): MemoryPlan {
  const kv = contexts * plan.kv;
  return { ...plan, kvTokens: contexts * plan.kvContextTokens, kv, total: plan.total - plan.kv + kv };
}
