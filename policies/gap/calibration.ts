// What `tiergate calibrate` learned from own traffic: a correction of the gap model, and certified thresholds by caller and task.
import { z } from 'zod';

const numbers = z.array(z.number());

const learned = z.strictObject({
  labels: z.int(),
  mean: numbers,
  deviation: numbers,
  weights: numbers,
  baseWeight: z.number(),
  kinds: z.record(z.string(), z.number()),
  offset: z.number(),
});

/** Of one stage of a draft. */
const acceptanceStage = z.strictObject({
  own: learned,
  /** Certified: drafts with less move up; null: none could be certified, the config's holds. */
  least: z.number().min(0).max(1).nullable(),
  judged: z.int(),
  kept: z.int(),
  losses: z.int(),
  lossBound: z.number(),
});

export const CALIBRATION_VERSION = 2;

export const calibrationSchema = z.strictObject({
  version: z.literal(CALIBRATION_VERSION),
  /** ISO 8601. */
  at: z.string(),
  alpha: z.number().min(0).max(1),
  delta: z.number().min(0).max(1),
  own: learned.nullable(),
  /** How often gap 1|2 was measured to occur, and what the log odds are moved by for it; null: `own` knows, or nothing was judged. */
  rate: z.strictObject({ gap: z.number(), judged: z.int(), offset: z.number() }).nullable(),
  /** When a draft of Level 1 stands; null: no target reports how sure it was, or too few were judged. */
  acceptance: z
    .strictObject({
      /** Of a stream that is looked at. */
      earlyTokens: z.int(),
      whole: acceptanceStage,
      early: acceptanceStage.nullable(),
      /** A held stream with less acceptance after its first tokens is broken off; a request with at least this gap is not drafted. */
      breakOff: z.number().min(0).max(1),
      skipGap: z.number().min(0).max(1),
    })
    .nullable(),
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
