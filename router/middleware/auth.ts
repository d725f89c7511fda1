// API keys by `Authorization: Bearer` or `x-api-key`. Keys are held as digests and compared by them, so that neither
// a memory dump nor the time of a comparison gives a key away.
import { createHash } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { GatewayError } from '../../contract/errors.ts';
import type { GatewayEnv } from '../env.ts';

export interface ApiKey {
  /** The caller's name in policies and the ledger. */
  name: string;
  key: string;
}

const digest = (key: string): string => createHash('sha256').update(key).digest('base64');

/** With no keys configured every caller is "anonymous". @throws {GatewayError} UNAUTHENTICATED */
export const auth = (keys: readonly ApiKey[]): MiddlewareHandler<GatewayEnv> => {
  const names = new Map(keys.map(({ name, key }) => [digest(key), name]));
  return async function auth(context, next) {
    if (names.size === 0) {
      context.set('caller', 'anonymous');
      return next();
    }
    const header = context.req.header('authorization');
    const key = header?.startsWith('Bearer ') ? header.slice(7).trim() : context.req.header('x-api-key');
    const name = key === undefined ? undefined : names.get(digest(key));
    if (name === undefined) {
      const message =
        key === undefined
          ? 'no API key: send `Authorization: Bearer <key>`'
          : 'unknown API key; check the key, or `auth.keys` in tiergate.yaml';
      throw new GatewayError('UNAUTHENTICATED', message);
    }
    context.set('caller', name);
    return next();
  };
};
