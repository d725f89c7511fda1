// The catalogue of errors. A message says what happened, the offending value and what to do.
// Maps to OpenAI's error body: {error: {message, type, param, code}}.

interface ErrorEntry {
  status: number;
  /** OpenAI's error `type`. */
  type: string;
  /** OpenAI's error `code`, for clients that switch on it. */
  code: string;
  /** May another target, or the same one later, succeed? */
  retryable: boolean;
}

const entry = (status: number, type: string, code: string, retryable = false): ErrorEntry => ({
  status,
  type,
  code,
  retryable,
});

export const ERRORS = {
  INVALID_JSON: entry(400, 'invalid_request_error', 'invalid_json'),
  INVALID_REQUEST: entry(400, 'invalid_request_error', 'invalid_value'),
  UNSUPPORTED_FEATURE: entry(400, 'invalid_request_error', 'unsupported_feature'),
  CONTEXT_OVERFLOW: entry(400, 'invalid_request_error', 'context_length_exceeded'),
  UNAUTHENTICATED: entry(401, 'invalid_request_error', 'invalid_api_key'),
  POLICY_BLOCKED: entry(403, 'policy_error', 'policy_blocked'),
  PII_BLOCKED: entry(403, 'policy_error', 'pii_blocked'),
  BUDGET_EXCEEDED: entry(429, 'insufficient_quota', 'budget_exceeded'),
  MODEL_NOT_FOUND: entry(404, 'invalid_request_error', 'model_not_found'),
  NOT_FOUND: entry(404, 'invalid_request_error', 'unknown_url'),
  METHOD_NOT_ALLOWED: entry(405, 'invalid_request_error', 'method_not_allowed'),
  REQUEST_TIMEOUT: entry(408, 'server_error', 'request_timeout'),
  BODY_TOO_LARGE: entry(413, 'invalid_request_error', 'request_too_large'),
  RATE_LIMITED: entry(429, 'requests', 'rate_limit_exceeded', true),
  CLIENT_CLOSED: entry(499, 'server_error', 'client_closed_request'),
  INTERNAL: entry(500, 'server_error', 'internal_error'),
  EGRESS_BLOCKED: entry(500, 'policy_error', 'egress_blocked'),
  RESTORE_FAILED: entry(502, 'server_error', 'restore_failed'),
  /** The upstream refused the request itself (4xx): another target may still take it. */
  PROVIDER_REJECTED: entry(400, 'invalid_request_error', 'provider_rejected'),
  PROVIDER_UNAUTHENTICATED: entry(502, 'server_error', 'provider_unauthenticated', true),
  PROVIDER_RATE_LIMITED: entry(429, 'requests', 'rate_limit_exceeded', true),
  PROVIDER_ERROR: entry(502, 'server_error', 'provider_error', true),
  PROVIDER_UNREACHABLE: entry(502, 'server_error', 'provider_unreachable', true),
  PROVIDER_TIMEOUT: entry(504, 'server_error', 'provider_timeout', true),
  /** The upstream answered with something that is not its protocol, or cut the stream. */
  PROVIDER_PROTOCOL: entry(502, 'server_error', 'provider_protocol_error', true),
  ENGINE_CRASHED: entry(502, 'server_error', 'engine_crashed', true),
  ENGINE_OVERLOADED: entry(429, 'requests', 'engine_overloaded', true),
  NO_LOCAL_MODEL: entry(503, 'server_error', 'no_local_model', true),
  NO_TIER_AVAILABLE: entry(503, 'server_error', 'no_tier_available', true),
  LEDGER_UNAVAILABLE: entry(503, 'server_error', 'ledger_unavailable', true),
  MODEL_FORMAT_UNSUPPORTED: entry(400, 'invalid_request_error', 'model_format_unsupported'),
  MODEL_FILE_INVALID: entry(400, 'invalid_request_error', 'model_file_invalid'),
  /** The machine has less memory than a model needs. */
  MEMORY_TOO_SMALL: entry(503, 'server_error', 'memory_too_small'),
  /** A file needs more room than its disk has. */
  DISK_TOO_SMALL: entry(507, 'server_error', 'disk_too_small'),
  CONFIG_INVALID: entry(500, 'server_error', 'config_invalid'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

export interface GatewayErrorOptions {
  cause?: unknown;
  /** The offending request parameter, e.g. `messages[0].role`. */
  param?: string | null;
  /** Overrides the catalogue's status, e.g. an upstream's own 4xx. */
  status?: number;
  /** Seconds to wait before trying again, from Retry-After or the breaker. */
  retryAfterS?: number;
}

export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly param: string | null;
  readonly retryAfterS: number | null;

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.status = options.status ?? ERRORS[code].status;
    this.retryable = ERRORS[code].retryable;
    this.param = options.param ?? null;
    this.retryAfterS = options.retryAfterS ?? null;
  }

  /** OpenAI's error body. */
  toBody(): { error: { message: string; type: string; param: string | null; code: string } } {
    const { type, code } = ERRORS[this.code];
    return { error: { message: this.message, type, param: this.param, code } };
  }
}

/** Anything thrown, as a GatewayError; what is not ours becomes INTERNAL without its text. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError('INTERNAL', 'internal error; the log has the details under this request id', {
    cause: error,
  });
}
