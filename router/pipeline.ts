// One chat request from facts to record: gather, decide, run, restore, record. Read this first.
// A stage takes a value and returns a value. The HTTP side (parsing, headers, sockets) is in router/routes and router/wire.
import type { Logger } from 'pino';
import type { ChatEvent, ChatRequest } from '../contract/chat.ts';
import { GatewayError, toGatewayError } from '../contract/errors.ts';
import type { AttemptRecord, Ledger, Outcome } from '../contract/ledger.ts';
import type { Decision, Policy, RequestFacts, TargetView } from '../contract/policy.ts';
import type { Outgoing, Price, Target, TargetRunner } from '../contract/tier.ts';
import { decide } from '../policies/decide.ts';
import { type Inspection, inspectRequest } from '../policies/privacy/conversation.ts';
import { createLeakCheck } from '../policies/privacy/leak-check.ts';
import { redactRequest, type Vault } from '../policies/privacy/redact.ts';
import { restoreCompletion, restoreEvents } from '../policies/privacy/restore.ts';
import { type ChainRun, runChain } from '../tiers/chain.ts';
import { costMicrousd } from '../tiers/prices.ts';
import { gatherFacts } from './facts.ts';
import { ledgerEntry } from './record.ts';

/** What outlives requests. */
export interface Gateway {
  runners: ReadonlyMap<string, TargetRunner>;
  policies: readonly Policy[];
  ledger: Ledger;
  log: Logger;
  requestTimeoutMs: number;
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
  caller: string;
  /** Lower-case, without credentials. */
  headers: Record<string, string>;
  /** Aborts when the client goes away. */
  signal: AbortSignal;
}

export interface Plan {
  facts: RequestFacts;
  inspection: Inspection;
  decision: Decision;
}

/** Response headers that are known before the first byte, and the body. */
export type Reply =
  | { kind: 'completion'; headers: Record<string, string>; body: string }
  | { kind: 'stream'; headers: Record<string, string>; parts: AsyncGenerator<StreamPart> };

/** `done` comes after the record is committed; a stream that fails throws instead. */
export type StreamPart = { kind: 'event'; event: ChatEvent } | { kind: 'done'; costUsd: string };

/** Gather and decide; calls nothing, keeps nothing. */
export function plan(gateway: Gateway, ask: Omit<Ask, 'signal'>): Plan {
  const inspection = inspectRequest(ask.request);
  const facts = gatherFacts(ask.request, { ...ask, now: new Date() }, inspection);
  const targets: TargetView[] = [];
  for (const runner of gateway.runners.values()) targets.push({ ...runner.target, state: runner.state() });
  return { facts, inspection, decision: decide(facts, targets, gateway.policies) };
}
