// Two ids: the client's `x-request-id` is echoed for tracing; `x-tiergate-request-id` is ours, unique, the ledger's key.
import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { GatewayEnv } from '../app.ts';

const SAFE_ID = /^[\w.:/+=@-]{1,128}$/;

/** An incoming id that is too long or has odd characters is replaced by ours. */
export const requestId = (): MiddlewareHandler<GatewayEnv> =>
  async function requestId(context, next) {
    const id = randomUUID();
    const given = context.req.header('x-request-id');
    context.set('requestId', id);
    context.set('clientRequestId', given !== undefined && SAFE_ID.test(given) ? given : id);
    await next();
    context.header('x-request-id', context.get('clientRequestId'));
    context.header('x-tiergate-request-id', id);
  };
