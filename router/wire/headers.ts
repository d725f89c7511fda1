// Headers between the client and the pipeline: what policies may see of the request's, and ours on the response.
import type { Context } from 'hono';
import type { Decision } from '../../contract/policy.ts';
import type { ChainResult } from '../../tiers/chain.ts';
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
  result: Pick<ChainResult, 'target' | 'rejected' | 'accepted' | 'isLastResort'>,
  cost: string,
): Record<string, string> => ({
  'x-tiergate-tier': String(result.target.tier),
  'x-tiergate-target': headerText(result.target.id),
  'x-tiergate-cost-usd': cost,
  'x-tiergate-reason': headerText(reasonOf(decision, result)),
});

/** Why this target answered: the decision's reason, and what became of drafts. */
function reasonOf(
  { reason }: Decision,
  {
    target,
    rejected,
    accepted,
    isLastResort,
  }: Pick<ChainResult, 'target' | 'rejected' | 'accepted' | 'isLastResort'>,
): string {
  const moves = rejected.map((draft) => `; the draft of ${draft.target} did not stand: ${draft.reason}`);
  const end =
    rejected.length === 0
      ? ''
      : isLastResort
        ? '; kept all the same, as no higher tier answered'
        : `; moved up to ${target.id}`;
  const stands = accepted === null ? '' : `; its draft stands: ${accepted}`;
  return reason + moves.join('') + end + stands;
}
