// The door of `tiergate pull`: the only place that connects to the hub, at one origin (HF_ENDPOINT). The gateway never
// loads this folder; what the gateway sends out goes through tiers/egress.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError } from '../contract/errors.ts';
import { type Asked, refusalOf } from './refusals.ts';

export interface DoorOptions {
  /** Origin and base path of the hub, no slash at the end. */
  hubUrl: string;
  token: string | null;
  /** For messages. */
  name: string;
  repo: string;
  signal: AbortSignal;
  /** Longest pause of a connection, in ms; default 30000. */
  stallMs?: number;
  /** Pause before the second try, doubled for each further one, in ms; default 500. */
  firstBackoffMs?: number;
  /** Told before each pause. */
  onRetry?: (why: string, pauseMs: number) => void;
}

export interface Door {
  asked: Asked;
  token: string | null;
  signal: AbortSignal;
  stallMs: number;
  /**
   * One request with retries on cut connections, timeouts, 429 and 5xx. The hub's own "no such file" (404) is handed
   * through; any other refusal is thrown.
   * @throws {GatewayError} see refusals.ts; PROVIDER_UNREACHABLE
   */
  fetch: typeof fetch;
  /**
   * One GET of bytes begin … end - 1, once. The token goes to the hub's origin alone: fetch drops it on redirects to others.
   * @throws {GatewayError} as fetch
   */
  open(url: string, range: { begin: number; end: number } | null, signal: AbortSignal): Promise<Response>;
  /** Runs a task again after failures that may pass. `failures` counts those without progress in between. */
  pause(error: unknown, failures: number): Promise<void>;
}

/** Failures in a row, without a byte between them, after which it is given up. */
const MOST_FAILURES = 6;
const LONGEST_BACKOFF_MS = 20_000;
const LONGEST_RETRY_AFTER_S = 120;

/** Why a connection failed, without addresses: fetch hides it in the cause. */
export function causeOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}

function asGatewayError(error: unknown, { name, hubUrl }: Asked, signal: AbortSignal): GatewayError {
  if (error instanceof GatewayError) return error;
  if (signal.aborted) return new GatewayError('CLIENT_CLOSED', `${name}: stopped`);
  const isTimeout = (error as Error).name === 'TimeoutError';
  return new GatewayError(
    isTimeout ? 'PROVIDER_TIMEOUT' : 'PROVIDER_UNREACHABLE',
    `${name}: no answer from ${hubUrl} (${isTimeout ? 'timeout' : causeOf(error)}); check the network, or set HF_ENDPOINT to a mirror`,
    { cause: error },
  );
}

export function createDoor(options: DoorOptions): Door {
  const { hubUrl, token, name, repo, signal, stallMs = 30_000, firstBackoffMs = 500, onRetry } = options;
  const asked: Asked = { name, repo, hubUrl, hasToken: token !== null };
  const { origin, protocol } = new URL(hubUrl);

  async function once(input: string, init: RequestInit): Promise<Response> {
    if (new URL(input).origin !== origin)
      throw new GatewayError('EGRESS_BLOCKED', `${name}: the hub names an address outside ${hubUrl}`);
    const response = await fetch(input, init);
    if (protocol === 'https:' && !response.url.startsWith('https:'))
      throw new GatewayError('EGRESS_BLOCKED', `${name}: the hub redirects to a connection without TLS`);
    return response;
  }

  async function pause(error: unknown, failures: number): Promise<void> {
    const known = asGatewayError(error, asked, signal);
    if (signal.aborted || !known.retryable || failures >= MOST_FAILURES) throw known;
    // A refused token stays refused.
    if (known.code === 'PROVIDER_UNAUTHENTICATED') throw known;
    const backoff = Math.min(LONGEST_BACKOFF_MS, firstBackoffMs * 2 ** (failures - 1));
    const told = Math.min(LONGEST_RETRY_AFTER_S, known.retryAfterS ?? 0) * 1000;
    const pauseMs = Math.max(told, backoff * (0.75 + Math.random() / 2));
    onRetry?.(known.message, pauseMs);
    await sleep(pauseMs, undefined, { signal }).catch(() => {
      throw asGatewayError(signal.reason, asked, signal);
    });
  }

  return {
    asked,
    token,
    signal,
    stallMs,
    pause,
    async fetch(input, init) {
      for (let failures = 1; ; failures++) {
        try {
          const limit = AbortSignal.any([signal, AbortSignal.timeout(stallMs)]);
          const response = await once(String(input), { ...init, signal: limit });
          if (response.ok) return response;
          if (response.status === 404 && response.headers.get('x-error-code') === 'EntryNotFound')
            return response;
          throw await refusalOf(response, asked);
        } catch (error) {
          await pause(error, failures);
        }
      }
    },
    async open(url, range, inner) {
      const response = await once(url, {
        headers: {
          'accept-encoding': 'identity',
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...(range !== null && { range: `bytes=${range.begin}-${range.end - 1}` }),
        },
        signal: inner,
      });
      if (!response.ok && response.status !== 416) throw await refusalOf(response, asked);
      return response;
    },
  };
}
