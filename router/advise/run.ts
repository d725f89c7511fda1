// Asks one local model all prompts, in an engine host of its own, and measures it.
import { readFileSync } from 'node:fs';
import { Cancellation } from '../../contract/cancellation.ts';
import type { Draft } from '../../contract/draft.ts';
import { toGatewayError } from '../../contract/errors.ts';
import type { Target } from '../../contract/tier.ts';
import { judgeStream } from '../../tiers/draft-reader.ts';
import { localRunner } from '../../tiers/local.ts';
import { LocalHost } from '../../tiers/local-host.ts';
import { LOCAL_CAPABILITIES } from '../config/targets.ts';
import type { AdvisePrompt } from './prompts.ts';

export interface GivenAnswer {
  /** Null: the call failed. */
  draft: Draft | null;
  /** Code of the failure. */
  error: string | null;
  promptTokens: number;
  outputTokens: number;
  /** Milliseconds to the first token, and in all. */
  firstMs: number;
  totalMs: number;
}

export interface ModelRun {
  answers: GivenAnswer[];
  /** Over all answers, after each one's first token; null: none is longer than a token. */
  tokensPerSecond: number | null;
  medianFirstMs: number | null;
  meanMs: number;
  /** The host's largest resident memory; null where the system does not say. */
  peakBytes: number | null;
}

export interface RunOptions {
  file: string;
  context?: number | undefined;
  threads?: number | undefined;
  onAnswer(done: number): void;
}

/** Large models take their time to load. */
const START_WAIT_MS = 600_000;

/** Linux: the largest resident set so far (proc(5), VmHWM), of a process of this user. */
function peakOf(pid: number | null): number | null {
  if (pid === null) return null;
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? null : Number(kib) * 1024;
  } catch {
    return null;
  }
}

async function asked(runner: ReturnType<typeof localRunner>, prompt: AdvisePrompt): Promise<GivenAnswer> {
  const startedAt = performance.now();
  let [promptTokens, outputTokens, firstMs] = [0, 0, 0];
  let draft: Draft;
  try {
    const request = { ...prompt.request, model: runner.target.model, stream: true };
    const given = await runner.chat(
      { request, redacted: false },
      { requestId: `advise-${prompt.id}`, signal: new Cancellation() },
    );
    if (given.kind !== 'stream') throw new Error('a stream was asked for');
    const events = given.events[Symbol.asyncIterator]();
    const first = await events.next();
    const whole = { mode: 'hold' as const, earlyTokens: 0, judge: () => ({ stands: true, reason: null }) };
    const read = await judgeStream(first.done ? [] : first.value, events, whole, ({ choices, usage }) => {
      const delta = choices[0]?.delta;
      if (firstMs === 0 && (delta?.content || delta?.reasoning_content || delta?.tool_calls))
        firstMs = performance.now() - startedAt;
      promptTokens = usage?.prompt_tokens ?? promptTokens;
      outputTokens = usage?.completion_tokens ?? outputTokens;
    });
    draft = read.draft;
  } catch (thrown) {
    const { code } = toGatewayError(thrown);
    return {
      draft: null,
      error: code,
      promptTokens,
      outputTokens,
      firstMs,
      totalMs: performance.now() - startedAt,
    };
  }
  const totalMs = performance.now() - startedAt;
  return { draft, error: null, promptTokens, outputTokens, firstMs: firstMs || totalMs, totalMs };
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

/** @throws {GatewayError} NO_LOCAL_MODEL with the engine's own words when it cannot run the file, ENGINE_CRASHED */
export async function runModel(
  prompts: readonly AdvisePrompt[],
  { file, context, threads, onAnswer }: RunOptions,
): Promise<ModelRun> {
  const target: Target = {
    ...{ id: 'local/candidate', tier: 1, zone: 'device', provider: 'local', model: 'candidate' },
    ...{ contextWindow: null, capabilities: LOCAL_CAPABILITIES, price: null },
  };
  const host = new LocalHost({
    modelFile: file,
    startWaitMs: START_WAIT_MS,
    ...(context !== undefined && { context }),
    ...(threads !== undefined && { threads }),
    log: () => {},
  });
  const runner = localRunner(target, host);
  try {
    await host.pool(new Cancellation());
    const answers: GivenAnswer[] = [];
    for (const prompt of prompts) {
      answers.push(await asked(runner, prompt));
      onAnswer(answers.length);
    }
    const good = answers.filter(({ error }) => error === null);
    const later = good.reduce((sum, { outputTokens }) => sum + Math.max(0, outputTokens - 1), 0);
    const laterMs = good.reduce((sum, { totalMs, firstMs }) => sum + totalMs - firstMs, 0);
    return {
      answers,
      tokensPerSecond: later > 0 && laterMs > 0 ? later / (laterMs / 1000) : null,
      medianFirstMs: median(good.map(({ firstMs }) => firstMs)),
      meanMs: answers.reduce((sum, { totalMs }) => sum + totalMs, 0) / Math.max(1, answers.length),
      peakBytes: peakOf(runner.pid()),
    };
  } finally {
    await runner.close();
  }
}
