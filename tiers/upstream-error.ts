// An upstream's refusal, in our words: its status and body become one GatewayError.
import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorCode, GatewayError, type GatewayErrorOptions } from '../contract/errors.ts';

/** A GatewayError that knows the status the upstream sent, for the ledger. */
export class UpstreamError extends GatewayError {
  readonly upstreamStatus: number;

  constructor(code: ErrorCode, message: string, upstreamStatus: number, options: GatewayErrorOptions = {}) {
    super(code, message, options);
    this.upstreamStatus = upstreamStatus;
  }
}

export interface UpstreamFailure {
  /** Named in the message, e.g. `openai/gpt-4o`. */
  target: string;
  status: number;
  headers: IncomingHttpHeaders;
  /** The message in the body, null when none was found. */
  message: string | null;
  /** The body's text. */
  body: string;
  /** Unix milliseconds, for Retry-After dates. */
  now: number;
}

const MAX_MESSAGE_CHARS = 500;

/** A quota that is used up does not come back within any retry: an hour is beyond every retry's patience. */
const QUOTA_RETRY_S = 3600;

// The ways in which OpenAI, vLLM, llama-server, Anthropic, Google, Groq and Mistral say "too long".
const TOO_LONG = new RegExp(
  [
    'maximum context length',
    'context (?:length|window|size)',
    'prompt is too long',
    'too many tokens',
    'reduce the length',
    'input token count[^.]*exceeds',
    'exceeds the (?:maximum|max) (?:number of )?tokens',
  ].join('|'),
  'i',
);

const TOO_LONG_CODE = /"(?:code|type)"\s*:\s*"(?:context_length_exceeded|exceed_context_size_error)"/;

/** Google and xAI answer a wrong key with 400. */
const WRONG_KEY = /(?:incorrect|invalid) api key|api key not valid/i;

/** Some upstreams repeat the key, half masked: nothing that looks like one is passed on. */
const KEY_LIKE = /\b(?:sk|gsk|pk|xai|key|nvapi|hf|AIza)[-_]?[\w*.-]{8,}/g;

const shorten = (message: string): string =>
  message.length > MAX_MESSAGE_CHARS ? `${message.slice(0, MAX_MESSAGE_CHARS)} ...` : message;

/** Removes what looks like a key and cuts to 500 characters. */
const presentable = (message: string): string => shorten(message.replace(KEY_LIKE, '***'));

/** A provider mapping's error under its target's name, without credentials. What is not ours stays as it is. */
export function named(target: string, error: unknown, withoutKey: (text: string) => string): unknown {
  if (!(error instanceof GatewayError)) return error;
  return new UpstreamError(error.code, `${target}: ${presentable(withoutKey(error.message))}`, 200, {
    cause: error.cause,
  });
}

/** Maps a status outside 2xx, as the table in docs/adding-a-provider.md says. */
export function upstreamError(failure: UpstreamFailure): UpstreamError {
  const { target, status, headers, body, now } = failure;
  const said = failure.message === null ? '' : `: ${presentable(failure.message)}`;
  const make = (code: ErrorCode, message: string, options: GatewayErrorOptions = {}): UpstreamError =>
    new UpstreamError(code, `${target} ${message}`, status, options);

  if (status >= 300 && status < 400) {
    return make(
      'PROVIDER_PROTOCOL',
      `redirects (${status}) and redirects are not followed; set base_url to the final address`,
    );
  }
  const isWrongKey = status === 400 && WRONG_KEY.test(failure.message ?? '');
  if (status === 401 || status === 403 || isWrongKey) {
    return make(
      'PROVIDER_UNAUTHENTICATED',
      `refused its credentials (${status})${said}; check the api_key of this target`,
    );
  }
  if (status === 408 || status === 504 || status === 524) {
    return make('PROVIDER_TIMEOUT', `reports a timeout of its own (${status})${said}`);
  }
  if (status === 429) {
    const isQuota = body.includes('insufficient_quota');
    const retryAfterS = isQuota ? QUOTA_RETRY_S : retryAfter(headers, now);
    return make(
      'PROVIDER_RATE_LIMITED',
      isQuota ? `has no quota left (429)${said}` : `limits the rate (429)${said}`,
      retryAfterS === null ? {} : { retryAfterS },
    );
  }
  if (status >= 500) {
    const retryAfterS = retryAfter(headers, now);
    return make('PROVIDER_ERROR', `failed (${status})${said}`, retryAfterS === null ? {} : { retryAfterS });
  }
  const isTooLong = TOO_LONG_CODE.test(body) || TOO_LONG.test(failure.message ?? body);
  if ((status === 400 || status === 413 || status === 422) && isTooLong) {
    return make('CONTEXT_OVERFLOW', `cannot take a request this long${said}`);
  }
  const hint = status === 404 && failure.message === null ? '; check base_url and the model name' : '';
  return make('PROVIDER_REJECTED', `rejected the request (${status})${said}${hint}`, { status });
}

const first = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

/**
 * Seconds to wait, from `retry-after-ms`, `retry-after` (seconds or HTTP date, RFC 9110 section 10.2.3), else from
 * the `x-ratelimit-reset-*` of whichever limit has nothing remaining. Null when the upstream says nothing.
 */
export function retryAfter(headers: IncomingHttpHeaders, now: number): number | null {
  const ms = Number.parseFloat(first(headers['retry-after-ms']) ?? '');
  if (ms >= 0) return ms / 1000;
  const value = first(headers['retry-after'])?.trim();
  if (value !== undefined && /^\d+(\.\d+)?$/.test(value)) return Number(value);
  if (value !== undefined) {
    const at = Date.parse(value);
    if (!Number.isNaN(at)) return Math.max(0, Math.ceil((at - now) / 1000));
  }
  const waits = ['requests', 'tokens']
    .filter((kind) => first(headers[`x-ratelimit-remaining-${kind}`])?.trim() === '0')
    .map((kind) => durationS(first(headers[`x-ratelimit-reset-${kind}`]) ?? ''))
    .filter((seconds) => seconds !== null);
  return waits.length > 0 ? Math.max(...waits) : null;
}

const UNIT_S: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** "1s", "6m0s", "2ms", "1h2m3.5s" or plain seconds. */
function durationS(text: string): number | null {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) return null;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNIT_S[unit!]!, 0);
}
