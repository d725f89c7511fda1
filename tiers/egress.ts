// The only door out of the machine. It opens for configured origins only, looks at the outgoing body once more, and
// follows no redirects: where bytes go was decided before they came here.
import { Pool } from 'undici';
import type { CancelSignal } from '../contract/cancellation.ts';
import { GatewayError } from '../contract/errors.ts';
import type { TrustZone } from '../contract/tier.ts';
import { type EgressResponse, Exchange, type Timeouts } from './exchange.ts';

export interface EgressRequest {
  /** Absolute URL; its origin must be configured. */
  url: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body: string | null;
  /** Where the receiver stands; only named in errors, `check` is what decides. */
  zone: TrustZone;
  /** A reason when this body must not leave. */
  check?: ((body: string) => string | null) | undefined;
  signal: CancelSignal;
  timeouts: Timeouts;
}

export interface EgressOptions {
  /** `scheme://host[:port]` of every configured upstream; nothing else is ever connected to. */
  allowedOrigins: Iterable<string>;
  /** Origins reached through a Unix domain socket: origin to socket path. */
  socketPaths?: ReadonlyMap<string, string>;
  /** Connections per origin; further requests wait for a free one. Default 256. */
  connections?: number;
  /** Limit on opening a connection. Default 10000 ms. */
  connectTimeoutMs?: number;
}

export interface Egress {
  /**
   * Sends one request; resolves at the response's headers, whatever its status. Never retries.
   * @throws {GatewayError} EGRESS_BLOCKED, PROVIDER_UNREACHABLE, PROVIDER_TIMEOUT, PROVIDER_PROTOCOL, CONFIG_INVALID,
   * or the signal's reason (CLIENT_CLOSED when that is none of ours)
   */
  send(request: EgressRequest): Promise<EgressResponse>;
  close(): Promise<void>;
}

interface Route {
  origin: string;
  path: string;
  pool: Pool;
}

/** Routes remembered: a target has one or two URLs, so this is never reached in practice. */
const MAX_ROUTES = 1024;

/** @throws {GatewayError} CONFIG_INVALID when an allowed origin is not an http(s) URL */
export function createEgress(options: EgressOptions): Egress {
  const pools = new Map<string, Pool>();
  for (const text of options.allowedOrigins) {
    const origin = originOf(text);
    if (pools.has(origin)) continue;
    const socketPath = options.socketPaths?.get(text) ?? options.socketPaths?.get(origin);
    pools.set(
      origin,
      new Pool(origin, {
        connections: options.connections ?? 256,
        // One request at a time per connection: an answer must not wait behind another one's generation.
        pipelining: 1,
        // Shorter than the 5 s that most Python servers keep an idle connection without saying so.
        keepAliveTimeout: 4_000,
        // Our own timers name the phase; undici's would not.
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: {
          noDelay: true,
          timeout: options.connectTimeoutMs ?? 10_000,
          ...(socketPath && { socketPath }),
        },
      }),
    );
  }
  const routes = new Map<string, Route>();

  function routeOf(url: string): Route {
    const known = routes.get(url);
    if (known) return known;
    const parsed = new URL(url);
    const pool = pools.get(parsed.origin);
    if (!pool) {
      throw new GatewayError(
        'EGRESS_BLOCKED',
        `${parsed.origin} is not a configured upstream, so nothing is sent there; add it under tiers in the config`,
      );
    }
    const route = { origin: parsed.origin, path: parsed.pathname + parsed.search, pool };
    if (routes.size < MAX_ROUTES) routes.set(url, route);
    return route;
  }

  return {
    async send(request) {
      const { origin, path, pool } = routeOf(request.url);
      const blocked = problemOf(request);
      if (blocked !== null) {
        throw new GatewayError(
          'EGRESS_BLOCKED',
          `nothing was sent to ${origin} (${request.zone}): ${blocked}`,
        );
      }
      const exchange = new Exchange(origin, request.timeouts, request.signal);
      const { method, headers, body } = request;
      return exchange.run(() => void pool.dispatch({ path, method, headers, body }, exchange));
    },
    close: async () => void (await Promise.all([...pools.values()].map((pool) => pool.destroy()))),
  };
}

/** A check that fails has found nothing out: the body stays here. */
function problemOf({ check, body }: EgressRequest): string | null {
  try {
    return check?.(body ?? '') ?? null;
  } catch {
    return 'the check for private values failed';
  }
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new GatewayError(
      'CONFIG_INVALID',
      `"${text}" is not an http:// or https:// address of an upstream`,
    );
  }
  return url.origin;
}
