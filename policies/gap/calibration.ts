// What `tiergate calibrate` learned from own traffic: a correction of the gap model, and certified thresholds by caller and task.
import { z } from 'zod';

const numbers = z.array(z.number());

export const calibrationSchema = z.strictObject({
  version: z.literal(1),
  /** ISO 8601. */
  at: z.string(),
  alpha: z.number().min(0).max(1),
  delta: z.number().min(0).max(1),
  own: z
    .strictObject({
      labels: z.int(),
      mean: numbers,
      deviation: numbers,
      weights: numbers,
      baseWeight: z.number(),
      kinds: z.record(z.string(), z.number()),
      offset: z.number(),
    })
    .nullable(),
  /** Drafts of Level 1 with a lower mean log probability move up; null: the config's limit holds. */
  minMeanLogprob: z.number().nullable(),
  thresholds: z.array(
    z.strictObject({
      caller: z.string(),
      /** "*": all of the caller's other tasks. */
      task: z.string(),
      testedOn: z.enum(['caller and task', 'caller', 'all']),
      threshold: z.number().min(0).max(1),
      judged: z.int(),
      kept: z.int(),
      losses: z.int(),
      lossBound: z.number(),
    }),
  ),
});
export type Calibration = z.infer<typeof calibrationSchema>;
export type CalibratedThreshold = Calibration['thresholds'][number];

/** The threshold of gap 1|2 for a caller's task; undefined where nothing of the caller was judged. */
export function thresholdsBy(
  calibration: Calibration | null,
): (caller: string, task: string) => CalibratedThreshold | undefined {
  const byKind = new Map(
    calibration?.thresholds.map((each) => [JSON.stringify([each.caller, each.task]), each]),
  );
  if (byKind.size === 0) return () => undefined;
  return (caller, task) =>
    byKind.get(JSON.stringify([caller, task])) ?? byKind.get(JSON.stringify([caller, '*']));
}
