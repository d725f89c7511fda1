// Reads what `tiergate calibrate --apply` wrote.
import { dirname, join, resolve } from 'node:path';
import { displayPath } from '../../contract/built-file.ts';
import { type Calibration, calibrationSchema } from '../../policies/gap/calibration.ts';
import { GAP_FEATURES } from '../../policies/gap/features.ts';
import type { TextFiles } from './policies.ts';

const USUAL_NAME = 'tiergate.calibration.json';

/** Where the calibration of a config stands or would stand. */
export const calibrationPath = (
  named: string | undefined,
  configPath: string | null,
  cwd: string,
): string => {
  const folder = configPath === null ? cwd : dirname(configPath);
  return named === undefined ? join(folder, USUAL_NAME) : resolve(folder, named);
};

/** Null calibration without a problem: there is none. */
export function readCalibration(
  path: string,
  isNamed: boolean,
  files: TextFiles,
): { calibration: Calibration | null; problem: string | null } {
  const shown = displayPath(path);
  if (!files.has(path)) {
    const problem = isNamed ? `there is no file ${shown}; tiergate calibrate --apply writes it` : null;
    return { calibration: null, problem };
  }
  const refused = (why: string) => ({
    calibration: null,
    problem: `${shown} ${why}; run tiergate calibrate --apply again, or remove it`,
  });
  let value: unknown;
  try {
    value = JSON.parse(files.read(path));
  } catch {
    return refused('is not JSON');
  }
  const parsed = calibrationSchema.safeParse(value);
  if (!parsed.success) return refused('is no calibration');
  const { own } = parsed.data;
  if (own !== null && own.weights.length !== GAP_FEATURES.length)
    return refused('was made by a version with other features');
  return { calibration: parsed.data, problem: null };
}
