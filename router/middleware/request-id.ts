// Two ids: the client's `x-request-id` is echoed for tracing; `x-tiergate-request-id` is ours, unique, the ledger's key.
import { randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import type { GatewayEnv } from '../app.ts';

const SAFE_ID = /^[\w.:/+=@-]{1,128}$/;

/** An incoming id that is too long or has odd characters is replaced by ours. */
export const requestId = (): MiddlewareHandler<GatewayEnv> =>
  async function requestId(context, next) {
    const id = randomUUID();
    const given = context.req.header('x-request-id');
    context.set('requestId', id);
    context.set('clientRequestId', given !== undefined && SAFE_ID.test(given) ? given : id);
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
