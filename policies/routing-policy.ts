// What a built-in policy is: a pure judge made from the routing section of the config.
import type { Policy } from '../contract/policy.ts';

export interface RoutingOptions {
  /** Difficulty from which a request starts at Level 2, 0 ... 1. */
  level2: number;
  /** Difficulty from which a request starts at Level 3, 0 ... 1. */
  level3: number;
  /** Factor on the estimated prompt tokens before they are compared with a context window, >= 1. */
  contextSafety: number;
}

export const DEFAULT_ROUTING: RoutingOptions = { level2: 0.5, level3: 0.8, contextSafety: 1.1 };

export interface RoutingPolicy {
  /** The file's name; stands in `Exclusion.by`. */
  name: string;
  create(options: RoutingOptions): Policy['judge'];
}

export const defineRoutingPolicy = (policy: RoutingPolicy): RoutingPolicy => policy;
