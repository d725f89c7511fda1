// Judgements that shadow sampling made: one line each beside the calibration. No texts: which request, whether the low answer was
// worth the high one, what both cost.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const signal = z.number().nullable();
const signals = z.object({
  tokens: z.number(),
  meanLogprob: signal,
  minLogprob: signal,
  meanEntropy: signal,
  minMargin: signal,
  secondMargin: signal,
  nearTies: signal,
  closeTies: signal,
  // Lines of older versions have none.
  rivals1: signal.default(null),
  rivals3: signal.default(null),
  rivals10: signal.default(null),
  rivals30: signal.default(null),
});

const label = z.object({
  id: z.string(),
  /** Unix milliseconds. */
  at: z.number(),
  caller: z.string(),
  task: z.string(),
  /** Gap 1|2 when it was routed. */
  gap: z.number(),
  isLoss: z.boolean(),
  lowMicrousd: z.number(),
  highMicrousd: z.number(),
  /** How sure the low answer was; null: it did not say. */
  confidence: signals.extend({ early: signals.nullable() }).nullable().default(null),
  by: z.string(),
});
export type ShadowLabel = z.infer<typeof label>;

export const labelsPath = (calibrationFile: string): string =>
  calibrationFile.replace(/(\.json)?$/, '.shadow.jsonl');

/** Lines are short and written in one call, so that several workers may append to one file. */
export const appendLabel = (path: string, written: ShadowLabel): void =>
  appendFileSync(path, `${JSON.stringify(written)}\n`, { mode: 0o600 });

/** A line that cannot be read (a machine that went off in the middle of it) is left out. */
export function readLabels(path: string): ShadowLabel[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [label.parse(JSON.parse(line))];
      } catch {
        return [];
      }
    });
}
