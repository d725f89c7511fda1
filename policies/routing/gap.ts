// The level to start at: the lowest that is likely enough to do it, by the gap model and the thresholds of the config.
// Escalation above it is the chain's work.
import type { Gap, Task } from '../../contract/policy.ts';
import type { TierLevel } from '../../contract/tier.ts';
import { cascadeMode } from '../draft/mode.ts';
import type { CalibratedThreshold } from '../gap/calibration.ts';
import { defineRoutingPolicy } from '../routing-policy.ts';

/** Work on a given text: a small model does it well, and the gap model has seen little of it. */
const ROUTINE: ReadonlySet<Task> = new Set(['summarise', 'extract', 'classify', 'rewrite', 'translate']);
/** What their thresholds are multiplied by. */
const ROUTINE_FACTOR = 1.5;

/** The comparison in words, and whether the gap reaches the threshold. */
function compare(pair: string, gap: number, threshold: number): { reached: boolean; text: string } {
  const reached = gap >= threshold;
  return {
    reached,
    text: `gap ${pair} ${gap.toFixed(2)} ${reached ? '>=' : '<'} ${Number(threshold.toFixed(3))}`,
  };
}

/** The start by the caller's quality: the lowest level of which no higher one is likelier to do better than it allows. */
function byQuality(gap: Gap, quality: number): { tier: TierLevel; reason: string } {
  const reaches = { 1: Math.max(0, 1 - gap['1|2'] - gap['2|3']), 2: 1 - gap['2|3'], 3: 1 };
  const tier = ([1, 2] as const).find((level) => reaches[level] >= quality) ?? 3;
  const shown = `Level 1 reaches ${reaches[1].toFixed(2)}, Level 2 ${reaches[2].toFixed(2)}`;
  return { tier, reason: `quality ${quality} is asked for: ${shown}` };
}

const percent = (share: number): string => `${Number((100 * share).toFixed(2))} %`;

function certificate(gap: number, { threshold, judged, testedOn, lossBound }: CalibratedThreshold): string {
  const where =
    testedOn === 'caller and task'
      ? 'of this caller and task'
      : `of ${testedOn === 'all' ? 'all callers' : 'this caller'}`;
  return `gap 1|2 ${gap.toFixed(2)} < ${threshold}, which loses at most ${percent(lossBound)} by ${judged} judged requests ${where}`;
}

export default defineRoutingPolicy({
  name: 'gap',
  create: (options) => (facts) => {
    const { caller, gap, task, goals } = facts;
    if (goals.quality !== undefined) {
      const { tier, reason } = byQuality(gap, goals.quality);
      return { policy: 'gap', reason: `${task}, ${reason}`, startTier: tier };
    }
    const { level3, skipGap, ownSkipGap } = options;
    const own = options.thresholdFor?.(caller, task);
    const mode = cascadeMode(facts, options);
    if (own !== undefined && mode === null && gap['1|2'] < own.threshold)
      return { policy: 'gap', reason: `${task}, ${certificate(gap['1|2'], own)}`, startTier: 1 };
    // A judged draft may be tried where an unjudged answer would be too risky.
    const usual = own?.threshold ?? options.level2 * (ROUTINE.has(task) ? ROUTINE_FACTOR : 1);
    const level2 = mode === null ? usual : (ownSkipGap ?? Math.max(usual, skipGap));
    const factor = ROUTINE.has(task) ? ROUTINE_FACTOR : 1;
    const first = compare('1|2', gap['1|2'], level2);
    if (!first.reached) return { policy: 'gap', reason: `${task}, ${first.text}`, startTier: 1 };
    const second = compare('2|3', gap['2|3'], level3 * factor);
    return {
      policy: 'gap',
      reason: `${task}, ${first.text}, ${second.text}`,
      startTier: second.reached ? 3 : 2,
    };
  },
});
