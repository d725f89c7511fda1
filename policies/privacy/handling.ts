// What is done with found values, as the config says: operators, where values come back, the caller's key.
import { randomBytes } from 'node:crypto';
import { callerKey } from './crypt.ts';
import { DEFAULT_OPERATORS, type OperatorTable } from './operator-table.ts';
import { DEFAULT_REACH, type ReachPolicy } from './reach.ts';

export interface Handling {
  operators: OperatorTable;
  reach: ReachPolicy;
  /** Tell the model about placeholders. */
  note: boolean;
  keyOf(caller: string): Buffer;
}

/** @param secret without it, hashes and the like hold for as long as this process lives */
export function keysFrom(secret = randomBytes(32).toString('hex')): (caller: string) => Buffer {
  const keys = new Map<string, Buffer>();
  return (caller) => {
    const known = keys.get(caller);
    if (known !== undefined) return known;
    const key = callerKey(secret, caller);
    keys.set(caller, key);
    return key;
  };
}

export const DEFAULT_HANDLING: Handling = {
  operators: DEFAULT_OPERATORS,
  reach: DEFAULT_REACH,
  note: true,
  keyOf: keysFrom(),
};
