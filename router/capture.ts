// Which requests are kept, redacted, for `tiergate calibrate`: none, unless the config names the callers who consented. By the
// request's id, not by chance: the same request is kept or not kept however often one looks.
import { createHash } from 'node:crypto';
import type { RequestFacts } from '../contract/policy.ts';
import { surfaceNamed } from '../contract/tier.ts';
import type { Config } from './config/schema.ts';

export type Captures = (facts: RequestFacts) => boolean;

export function captures({ share, callers }: Config['ledger']['capture']): Captures {
  const consented = new Set(callers);
  if (share === 0 || consented.size === 0) return () => false;
  return ({ caller, surface, sensitivity, tokenInput, requestId }) => {
    if (!consented.has(caller) || sensitivity === 'restricted') return false;
    if (tokenInput || surfaceNamed(surface) !== 'chat') return false;
    return createHash('sha256').update(requestId).digest().readUInt32BE(0) / 2 ** 32 < share;
  };
}
