// One sequence through a scheduler, as a test follows it.
import type { NativeStepResult } from '../../../engine/binding.ts';
import type { Scheduler } from '../../../engine/scheduler.ts';
import { type Turn, USUAL_TURN } from '../../../engine/sequence.ts';

interface RunOptions {
  maxTokens?: number;
  signal?: AbortSignal;
  until?: (tokens: number[]) => boolean;
  isBehind?: () => boolean;
  turn?: Partial<Turn>;
}

/** Runs one sequence and collects what it samples. */
export function start(scheduler: Scheduler, tokens: number[], options: RunOptions = {}) {
  const sampled: number[] = [];
  const done = scheduler
    .run({
      prompt: Int32Array.from(tokens),
      maxTokens: options.maxTokens ?? 8,
      sampler: { temperature: 0 },
      topTokens: 0,
      turn: { ...USUAL_TURN, ...options.turn },
      signal: options.signal ?? new AbortController().signal,
      isBehind: options.isBehind ?? (() => false),
      onToken(result: NativeStepResult) {
        sampled.push(result.token);
        return !options.until?.(sampled);
      },
    })
    .then(({ reason, cachedTokens }) => ({ reason, sampled, cached: cachedTokens }));
  return { done, sampled };
}
