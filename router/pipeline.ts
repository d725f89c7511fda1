// One chat request from facts to record: gather, decide, run, restore, record. Read this first.
// A stage takes a value and returns a value. The HTTP side (parsing, headers, sockets) is in router/routes and router/wire.
import type { Logger } from 'pino';
import type { Cancellation } from '../contract/cancellation.ts';
import type { ChatEvent, ChatRequest, EventBatches } from '../contract/chat.ts';
import type { CascadeMode, DraftJudge } from '../contract/draft.ts';
import { type ErrorCode, GatewayError, toGatewayError } from '../contract/errors.ts';
import type { AttemptRecord, Ledger, Outcome } from '../contract/ledger.ts';
import type { Decision, Policy, RequestFacts, TargetView } from '../contract/policy.ts';
import { type Outgoing, type Price, surfaceNamed } from '../contract/tier.ts';
import { decide } from '../policies/decide.ts';
import { type DraftLimits, draftJudge } from '../policies/draft/judge.ts';
import { kindOf, type OwnTraffic } from '../policies/gap/own-traffic.ts';
import type { GapPrior } from '../policies/gap/prior.ts';
import { cleanMessage } from '../policies/privacy/clean-message.ts';
import { failedInspection, type Inspection, inspectRequest } from '../policies/privacy/conversation.ts';
import { DEFAULT_HANDLING } from '../policies/privacy/handling.ts';
import { restoreCompletion, restoreEvents } from '../policies/privacy/restore.ts';
import { ChainFailure, type ChainResult, runChain } from '../tiers/chain.ts';
import { CoarseTimer } from '../tiers/coarse-timer.ts';
import type { GuardedRunner } from '../tiers/guard.ts';
import type { Captures } from './capture.ts';
import { gatherFacts } from './facts.ts';
import type { CallerGoals } from './goals.ts';
import { faultOf } from './log.ts';
import { ledgerEntry } from './record.ts';
import { type PrivacyOptions, type RedactionGate, redactionGate } from './redaction-gate.ts';
import type { Labels } from './sensitivity.ts';
import { type Sessions, sessionKey } from './sessions.ts';
import { type Arm, armOf, type Trial } from './trial.ts';
import { costText, decisionHeaders } from './wire/headers.ts';
import type { SurfaceWire } from './wire/surface.ts';

/** What outlives requests. */
export interface Gateway {
  runners: ReadonlyMap<string, GuardedRunner>;
  privacy: PrivacyOptions;
  policies: readonly Policy[];
  /** Other policies for a share of the callers. */
  trial: Trial | null;
  /** Learned from own traffic. */
  own: OwnTraffic | null;
  /** What is known of the levels' quality. */
  prior: GapPrior;
  captures: Captures;
  /** Answers some captures again, in the background; null: none. */
  shadow: { offer(facts: RequestFacts, request: string): void } | null;
  ledger: Ledger;
  log: Logger;
  requestTimeoutMs: number;
  goalsOf: CallerGoals;
  labels: Labels;
  /** Null: no target has a price for what it holds in its cache. */
  sessions: Sessions | null;
  /** What a draft must reach to stand. */
  draftLimits: DraftLimits;
  /** Price of the reference Level 3 target, for "what it would have cost". */
  level3Price: Price | null;
  /** Unix seconds. */
  startedAtS: number;
}

/** One request as the surface hands it over. */
export interface Ask {
  request: ChatRequest;
  requestId: string;
  surface: string;
  /** How the answer is written where that is not as a chat. */
  wire?: SurfaceWire;
  caller: string;
  /** Lower-case, without credentials. */
  headers: Record<string, string>;
  /** Aborted when the client goes away, and by the pipeline when the time is up. */
  cancellation: Cancellation;
  /** The local answer tells how sure it was of so many first tokens. */
  confidenceTokens?: number;
}

export interface Plan {
  facts: RequestFacts;
  inspection: Inspection;
  decision: Decision;
  /** Null: no trial is on. */
  arm: Arm | null;
}

/** Response headers that are known before the first byte, and the body. */
export type Reply =
  | { kind: 'completion'; headers: Record<string, string>; body: string }
  | { kind: 'stream'; headers: Record<string, string>; parts: AsyncGenerator<StreamPart> };

/** `done` comes after the record is committed; a stream that fails throws instead. */
export type StreamPart = { kind: 'events'; events: readonly ChatEvent[] } | { kind: 'done'; costUsd: string };

/** Gather and decide; calls nothing, keeps nothing. */
export function plan(gateway: Gateway, ask: Omit<Ask, 'cancellation'>): Plan {
  const inspection = inspect(gateway, ask);
  const goals = gateway.goalsOf(ask.caller);
  const session = gateway.sessions?.recall(sessionKey(ask.request, ask));
  const context = {
    requestId: ask.requestId,
    surface: ask.surface,
    caller: ask.caller,
    headers: ask.headers,
    now: new Date(),
    goals,
    own: gateway.own,
    prior: gateway.prior,
    labels: gateway.labels,
    ...(session && { session }),
  };
  const facts = gatherFacts(ask.request, context, inspection);
  const targets: TargetView[] = [];
  for (const guarded of gateway.runners.values())
    targets.push({ state: guarded.state(), ...guarded.runner.target });
  const { trial } = gateway;
  const arm = trial && armOf(trial, ask.caller, ask.request.user ?? null);
  const policies = arm === 'trial' ? trial!.policies : gateway.policies;
  return { facts, inspection, decision: decide(facts, targets, policies), arm };
}

/** A failure of ours must not open a door: the request may be answered on this machine alone. */
function inspect(
  { privacy, log }: Gateway,
  { request, requestId }: Pick<Ask, 'request' | 'requestId'>,
): Inspection {
  try {
    return inspectRequest(request, privacy);
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown;
    log.error(
      { requestId, ...faultOf(thrown) },
      'looking for private values failed; external tiers are closed',
    );
    return failedInspection;
  }
}

/**
 * Answers one request. The reply's last part (the body of a completion, the `done` of a stream) comes after the
 * request's row is committed.
 * @throws {GatewayError} also after the row is committed: for a block, for a chain whose every target failed
 */
export async function answer(gateway: Gateway, ask: Ask): Promise<Reply> {
  const startedAt = Date.now();
  const arrival = performance.now();
  const { facts, inspection, decision, arm } = plan(gateway, ask);
  const surface = surfaceNamed(ask.surface);
  const gateOf = (privacy: PrivacyOptions): RedactionGate =>
    redactionGate(ask.request, inspection, { privacy, caller: ask.caller, surface });
  const gate = gateOf(gateway.privacy);
  const gatewayMs = performance.now() - arrival;

  const record = async (
    attempts: AttemptRecord[],
    ttftMs: number | null,
    error: GatewayError | null,
  ): Promise<number | null> => {
    const durationMs = performance.now() - arrival;
    const outcome = outcomeOf(error, decision, ttftMs);
    const timing = { startedAt, gatewayMs, ttftMs, durationMs };
    const entry = ledgerEntry({
      facts,
      decision,
      arm,
      attempts,
      timing,
      outcome,
      error,
      level3Price: gateway.level3Price,
    });
    const { target, inputTokens } = entry.request;
    if (target !== null && inputTokens !== null)
      gateway.sessions?.remember(sessionKey(ask.request, ask), target, inputTokens);
    if (outcome === 'ok' && gateway.captures(facts)) {
      // What is kept has placeholders, whatever a tier may see.
      const { request } = gateOf({ ...gateway.privacy, handling: DEFAULT_HANDLING }).redacted(3);
      entry.capture = JSON.stringify(request);
    }
    await gateway.ledger.record(entry);
    if (entry.capture !== undefined) gateway.shadow?.offer(facts, entry.capture);
    return entry.request.costMicrousd;
  };

  if (decision.block !== undefined) {
    const error = new GatewayError(
      decision.block.code as ErrorCode,
      decision.block.message,
      decision.block.code === 'MODEL_NOT_FOUND' ? { param: 'model' } : {},
    );
    await record([], null, error);
    throw error;
  }

  const timeUp = (): void =>
    ask.cancellation.abort(
      new GatewayError(
        'REQUEST_TIMEOUT',
        `no whole answer within ${gateway.requestTimeoutMs} ms (server.request_timeout_ms)`,
      ),
    );
  const timer = new CoarseTimer(timeUp);
  timer.start(gateway.requestTimeoutMs);
  const run: Run = {
    gate,
    inspection,
    record,
    stopTimer: () => timer.stop(),
    sinceArrival: () => performance.now() - arrival,
  };
  let result: ChainResult;
  try {
    result = await runChain({
      decision: surface === 'embeddings' ? firstOnly(decision) : decision,
      runners: gateway.runners,
      requestFor: (target, redact): Outgoing => {
        if (inspection.failed && target.zone !== 'device') throw unread(target.id);
        if (redact && ask.request.input_ids) throw unreadable(target.id);
        const outgoing: Outgoing = redact
          ? gate.redacted(target.tier)
          : { request: ask.request, redacted: false, surface };
        const { confidenceTokens } = ask;
        return confidenceTokens === undefined ? outgoing : Object.assign({}, outgoing, { confidenceTokens });
      },
      context: { requestId: ask.requestId, signal: ask.cancellation },
      judge: decision.cascade
        ? judgeOf(ask.request, decision.cascade, facts, gateway.draftLimits)
        : undefined,
      deadlineAt: arrival + gateway.requestTimeoutMs,
    });
  } catch (thrown) {
    run.stopTimer();
    const error = withoutValues(toGatewayError(thrown), inspection);
    await record(thrown instanceof ChainFailure ? thrown.attempts : [], null, error);
    throw error;
  }
  return result.answer.kind === 'stream'
    ? {
        kind: 'stream',
        headers: decisionHeaders(decision, result, 'pending'),
        parts: streamParts(result, result.answer.events, run, ask.request),
      }
    : completionReply(result, result.answer, run, { decision, wire: ask.wire });
}

/** What the two kinds of reply share. */
interface Run {
  gate: RedactionGate;
  inspection: Inspection;
  record(
    attempts: AttemptRecord[],
    ttftMs: number | null,
    error: GatewayError | null,
  ): Promise<number | null>;
  stopTimer(): void;
  sinceArrival(): number;
}

async function completionReply(
  result: ChainResult,
  whole: Extract<ChainResult['answer'], { kind: 'completion' }>,
  run: Run,
  { decision, wire }: { decision: Decision; wire: SurfaceWire | undefined },
): Promise<Reply> {
  run.stopTimer();
  const restored = result.redacted
    ? restoreCompletion(whole.completion, run.gate.vault(result.target.tier))
    : whole.completion;
  const isUntouched = wire === undefined && restored === whole.completion;
  const body =
    isUntouched && whole.raw !== undefined
      ? whole.raw
      : JSON.stringify(wire ? wire.completion(restored) : restored);
  const costMicrousd = await run.record(await result.finish(), run.sinceArrival(), null);
  return {
    kind: 'completion',
    headers: decisionHeaders(decision, result, costText(costMicrousd)),
    body,
  };
}

async function* streamParts(
  result: ChainResult,
  events: EventBatches,
  run: Run,
  request: ChatRequest,
): AsyncGenerator<StreamPart> {
  const ttftMs = run.sinceArrival();
  const wantsUsage = request.stream_options?.include_usage === true;
  let error: GatewayError | null = null;
  let isWhole = false;
  let costMicrousd: number | null = null;
  try {
    const restored = result.redacted ? restoreEvents(events, run.gate.vault(result.target.tier)) : events;
    for await (const batch of restored) {
      const shown = wantsUsage ? batch : batch.filter((event) => !isUsageOnly(event));
      if (shown.length > 0) yield { kind: 'events', events: shown };
    }
    isWhole = true;
  } catch (thrown) {
    error = withoutValues(toGatewayError(thrown), run.inspection);
  } finally {
    // A consumer that stops before the last event is a client that went away.
    if (!isWhole) error ??= clientClosed();
    run.stopTimer();
    costMicrousd = await run.record(await result.finish(error ?? undefined), ttftMs, error);
  }
  if (error !== null) throw error;
  yield { kind: 'done', costUsd: costText(costMicrousd) };
}

const judgeOf = (
  request: ChatRequest,
  mode: CascadeMode,
  { gap, promptTokens, caller, task }: RequestFacts,
  limits: DraftLimits,
): DraftJudge => {
  const prompt = { gap: gap['1|2'], promptTokens, kind: kindOf(caller, task) };
  return draftJudge(request, { mode, prompt }, limits);
};

/** Vectors of different models cannot be compared: no other target may step in unseen. */
const firstOnly = (decision: Decision): Pick<Decision, 'candidates'> => ({
  candidates: decision.candidates.slice(0, 1),
});

const unread = (target: string): GatewayError =>
  new GatewayError(
    'EGRESS_BLOCKED',
    `looking for private values failed, so nothing is sent to ${target}; the log has the details under this request id`,
  );

/** An upstream may repeat in its error what it was sent. */
function withoutValues(error: GatewayError, { values }: Inspection): GatewayError {
  const message = cleanMessage(error.message, values);
  if (message === error.message) return error;
  const { code, status, param, retryAfterS, cause } = error;
  return new GatewayError(code, message, {
    status,
    param,
    cause,
    ...(retryAfterS !== null && { retryAfterS }),
  });
}

const unreadable = (target: string): GatewayError =>
  new GatewayError(
    'EGRESS_BLOCKED',
    `${target} may only see a redacted request, and token ids cannot be redacted; send the text`,
  );

const isUsageOnly = ({ chunk }: ChatEvent): boolean => chunk.choices.length === 0 && chunk.usage != null;

const clientClosed = (): GatewayError =>
  new GatewayError('CLIENT_CLOSED', 'the client closed the connection before the answer was complete');

function outcomeOf(error: GatewayError | null, decision: Decision, ttftMs: number | null): Outcome {
  if (error === null) return 'ok';
  if (error.code === 'CLIENT_CLOSED') return 'client-closed';
  if (decision.outcome === 'block') return 'blocked';
  return ttftMs === null ? 'error' : 'cut';
}
