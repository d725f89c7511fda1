// What a caller asks of its answers: the config's goals, its key's over them, and headers over both.
import { CASCADE_MODES } from '../contract/draft.ts';
import { GatewayError } from '../contract/errors.ts';
import type { Goals } from '../contract/policy.ts';
import type { Config } from './config/schema.ts';

/** By caller; callers without goals of their own get the config's. */
export type CallerGoals = (caller: string) => Goals;

type ConfiguredGoals = Config['routing']['goals'];

const goalsOfConfig = ({ quality, max_cost_usd, max_latency_ms }: ConfiguredGoals): Goals => ({
  ...(quality !== undefined && { quality }),
  ...(max_cost_usd !== undefined && { maxCostUsd: max_cost_usd }),
  ...(max_latency_ms !== undefined && { maxLatencyMs: max_latency_ms }),
});

export function callerGoals({ routing, auth }: Config): CallerGoals {
  const all = goalsOfConfig(routing.goals);
  const own = new Map(
    auth.keys.map(({ name, goals }) => [name, goals ? { ...all, ...goalsOfConfig(goals) } : all]),
  );
  return (caller) => own.get(caller) ?? all;
}

/** @throws {GatewayError} INVALID_REQUEST */
function numberOf(headers: Record<string, string>, name: string, most: number): number | undefined {
  const text = headers[name]?.trim();
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0 && value <= most) return value;
  throw new GatewayError(
    'INVALID_REQUEST',
    `${name}: ${JSON.stringify(text.slice(0, 60))} is not a number from 0 to ${most}`,
    { param: name },
  );
}

const MODES = ['off', ...CASCADE_MODES] as const;

/** The goals with what the headers say over them. @throws {GatewayError} INVALID_REQUEST */
export function goalsOf(headers: Record<string, string>, configured: Goals): Goals {
  const quality = numberOf(headers, 'x-tiergate-quality', 1);
  const maxCostUsd = numberOf(headers, 'x-tiergate-max-cost-usd', 1e6);
  const maxLatencyMs = numberOf(headers, 'x-tiergate-max-latency-ms', 86_400_000);
  const wish = headers['x-tiergate-cascade']?.trim() ?? '';
  const cascade = MODES.find((mode) => mode === wish);
  if (wish !== '' && cascade === undefined) {
    throw new GatewayError(
      'INVALID_REQUEST',
      `x-tiergate-cascade: ${JSON.stringify(wish.slice(0, 60))} is no way to judge a draft; write ${MODES.join(', ')}`,
      { param: 'x-tiergate-cascade' },
    );
  }
  return {
    ...configured,
    ...(quality !== undefined && { quality }),
    // A header cannot lift the cap that the operator set.
    ...(maxCostUsd !== undefined && {
      maxCostUsd: Math.min(maxCostUsd, configured.maxCostUsd ?? Number.POSITIVE_INFINITY),
    }),
    ...(maxLatencyMs !== undefined && { maxLatencyMs }),
    ...(cascade !== undefined && { cascade }),
  };
}
