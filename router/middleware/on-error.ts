// The one place where an error becomes a response: OpenAI's error body, the catalogue's status, Retry-After.
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from 'pino';
import { type GatewayError, toGatewayError } from '../../contract/errors.ts';
import type { GatewayEnv } from '../env.ts';
import { faultOf } from '../log.ts';

export function errorHeaders(error: GatewayError): Record<string, string> {
  return error.retryAfterS === null
    ? {}
    : { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfterS))) };
}

/** 499 is for logs and the ledger only: nobody is there to read it. */
export const onError =
  (log: Logger) =>
  (thrown: unknown, context: Context<GatewayEnv>): Response => {
    const error = toGatewayError(thrown);
    if (error.code === 'INTERNAL') {
      log.error({ requestId: context.get('requestId'), ...faultOf(thrown) }, 'internal error');
    }
    for (const [name, value] of Object.entries(errorHeaders(error))) context.header(name, value);
    const id = context.get('requestId');
    if (id !== undefined) {
      context.header('x-request-id', context.get('clientRequestId'));
      context.header('x-tiergate-request-id', id);
    }
    return context.json(error.toBody(), error.status as ContentfulStatusCode);
  };
