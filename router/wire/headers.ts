// Headers between the client and the pipeline: what policies may see of the request's, and ours on the response.
import type { Context } from 'hono';
import type { Decision } from '../../contract/policy.ts';
import type { Target } from '../../contract/tier.ts';
import type { GatewayEnv } from '../env.ts';

const CREDENTIALS = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'cookie',
  'proxy-authorization',
  'x-goog-api-key',
]);

/** Request headers, lower case, without credentials. */
export function policyHeaders(context: Context<GatewayEnv>): Record<string, string> {
  const headers: Record<string, string> = {};
  const given = context.env.incoming.headers;
  for (const name in given) {
    const value = given[name];
    if (!CREDENTIALS.has(name) && value !== undefined)
      headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** Header values are latin-1 without line breaks. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 500);

/** USD with six decimals; "unknown" where a price is missing: never 0 by default. */
export const costText = (microusd: number | null): string =>
  microusd === null ? 'unknown' : (microusd / 1e6).toFixed(6);

/** `cost` is "pending" for a stream: it is known at the end only, and stands in the last comment before `[DONE]`. */
export const decisionHeaders = (
  decision: Decision,
  target: Target,
  cost: string,
): Record<string, string> => ({
  'x-tiergate-tier': String(target.tier),
  'x-tiergate-target': headerText(target.id),
  'x-tiergate-cost-usd': cost,
  'x-tiergate-reason': headerText(decision.reason),
});
