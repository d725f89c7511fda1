// Two ids: the client's `x-request-id` is echoed for tracing; `x-tiergate-request-id` is ours, unique, the ledger's key.
import { randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import type { GatewayEnv } from '../env.ts';

const SAFE_ID = /^[\w.:/+=@-]{1,128}$/;

/**
 * A UUID of version 7 (RFC 9562): it begins with the time, so that the ledger's index grows at its end instead of all
 * over, which halves what a commit writes.
 */
function timeOrderedId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** An incoming id that is too long or has odd characters is replaced by ours. */
export const requestId = (): MiddlewareHandler<GatewayEnv> =>
  async function requestId(context, next) {
    const id = timeOrderedId();
    // Hono's own accessor would build a web `Headers` of all of them.
    const given = context.env.incoming.headers['x-request-id'];
    context.set('requestId', id);
    context.set('clientRequestId', typeof given === 'string' && SAFE_ID.test(given) ? given : id);
    return next();
  };

/**
 * The id headers of a response. Handlers put them into the plain headers object of their `new Response`: setting
 * headers on Hono's context afterwards builds a web `Headers` and halves the requests per second.
 */
export const idHeaders = (context: Context<GatewayEnv>): Record<string, string> => ({
  'x-request-id': context.get('clientRequestId'),
  'x-tiergate-request-id': context.get('requestId'),
});
