// The built-in policies, made from the registry: a new file in routing/ takes part at once.
import type { Policy } from '../contract/policy.ts';
import { registry } from './routing/_registry.gen.ts';
import type { RoutingOptions, RoutingPolicy } from './routing-policy.ts';

/** They come before the configured rules, so that a rule's start tier holds against theirs. */
export function builtinPolicies(options: RoutingOptions): Policy[] {
  return Object.values<RoutingPolicy>(registry).map(({ name, create }) => ({ name, judge: create(options) }));
}
