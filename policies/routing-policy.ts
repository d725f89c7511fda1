// What a built-in policy is: a pure judge made from the routing section of the config.
import type { CascadeMode } from '../contract/draft.ts';
import type { Policy } from '../contract/policy.ts';
import type { CalibratedThreshold } from './gap/calibration.ts';
import type { OperatorTable } from './privacy/operator-table.ts';

export interface RoutingOptions {
  /** Chance that Level 2 is needed (gap 1|2) from which a request starts there, 0 ... 1. */
  level2: number;
  /** Chance that Level 3 is needed beyond Level 2 (gap 2|3) from which it starts there, 0 ... 1. */
  level3: number;
  /** Factor on the estimated prompt tokens before they are compared with a context window, >= 1. */
  contextSafety: number;
  /** What is done with found values, by type and tier. */
  operators?: OperatorTable;
  /** How drafts of Level 1 are judged where the caller does not say. */
  cascade: 'off' | CascadeMode;
  /** With a cascade, the chance (gap 1|2) from which Level 1 is not even tried. */
  skipGap: number;
  /** The same, learned from own drafts: it holds alone. */
  ownSkipGap?: number;
  /** Certified on the caller's own traffic, in place of `level2`. */
  thresholdFor?: (caller: string, task: string) => CalibratedThreshold | undefined;
}

export const DEFAULT_ROUTING: RoutingOptions = {
  level2: 0.28,
  level3: 0.2,
  contextSafety: 1.1,
  cascade: 'off',
  skipGap: 0.5,
};

export interface RoutingPolicy {
  /** The file's name; stands in `Exclusion.by`. */
  name: string;
  create(options: RoutingOptions): Policy['judge'];
}

export const defineRoutingPolicy = (policy: RoutingPolicy): RoutingPolicy => policy;
