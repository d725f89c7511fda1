// A trial: other policies for a share of the callers, so that both can be compared in the report. Who is in it depends on the
// caller (and the request's `user`) alone: the same one always meets the same policies.
import { createHash } from 'node:crypto';
import type { Policy } from '../contract/policy.ts';

export interface Trial {
  /** Of callers, 0 ... 1. */
  share: number;
  policies: readonly Policy[];
}

export type Arm = 'current' | 'trial';

export function armOf({ share }: Pick<Trial, 'share'>, caller: string, user: string | null): Arm {
  const digest = createHash('sha256')
    .update(JSON.stringify([caller, user]))
    .digest();
  return digest.readUInt32BE(0) / 2 ** 32 < share ? 'trial' : 'current';
}
