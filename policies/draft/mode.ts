// How the drafts of a request are judged: the caller's wish, else the config's.
import type { CascadeMode } from '../../contract/draft.ts';
import type { RequestFacts } from '../../contract/policy.ts';
import { surfaceNamed } from '../../contract/tier.ts';
import type { RoutingOptions } from '../routing-policy.ts';

/** Null: no judgement. A form that must hold to its end (tools, JSON) cannot be judged by its beginning. */
export function cascadeMode(
  { surface, choices, goals, needs, tokenInput }: RequestFacts,
  { cascade }: Pick<RoutingOptions, 'cascade'>,
): CascadeMode | null {
  const mode = goals.cascade ?? cascade;
  if (mode === 'off' || choices > 1 || tokenInput || surfaceNamed(surface) !== 'chat') return null;
  return needs.tools || needs.jsonMode || needs.jsonSchema ? 'hold' : mode;
}
