// Reads what `tiergate calibrate --apply` wrote.
import { dirname, join, resolve } from 'node:path';
import { displayPath } from '../../contract/built-file.ts';
import { ACCEPTANCE_FEATURES } from '../../policies/draft/acceptance.ts';
import type { DraftLimits } from '../../policies/draft/judge.ts';
import { CALIBRATION_VERSION, type Calibration, calibrationSchema } from '../../policies/gap/calibration.ts';
import { GAP_FEATURES } from '../../policies/gap/features.ts';
import { knownPrior } from '../../policies/gap/gap.ts';
import { type GapPrior, movedPrior } from '../../policies/gap/prior.ts';
import type { TextFiles } from './policies.ts';
import type { Config } from './schema.ts';

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
  const { version } = Object(value) as { version?: unknown };
  if (typeof version === 'number' && version < CALIBRATION_VERSION)
    return refused('was made by an older version');
  const parsed = calibrationSchema.safeParse(value);
  if (!parsed.success) return refused('is no calibration');
  const { own, acceptance } = parsed.data;
  const stages = [acceptance?.whole.own, acceptance?.early?.own];
  const isOther = (of: { weights: number[] } | null | undefined, names: readonly string[]): boolean =>
    of != null && of.weights.length !== names.length;
  if (isOther(own, GAP_FEATURES) || stages.some((stage) => isOther(stage, ACCEPTANCE_FEATURES)))
    return refused('was made by a version with other features');
  return { calibration: parsed.data, problem: null };
}

/** What is known of the levels' quality: by the config, and as measured on own traffic. */
export const gapPrior = ({ routing }: Pick<Config, 'routing'>, calibration: Calibration | null): GapPrior =>
  movedPrior(knownPrior(routing.known), calibration?.rate?.offset ?? 0);

/** What a draft must reach to stand. */
export function draftLimits(
  { routing }: Pick<Config, 'routing'>,
  calibration: Calibration | null,
): DraftLimits {
  const { cascade } = routing;
  const learned = calibration?.acceptance ?? null;
  return {
    earlyTokens: learned?.earlyTokens ?? cascade.early_tokens,
    acceptance: {
      own: { whole: learned?.whole.own ?? null, early: learned?.early?.own ?? null },
      least: {
        whole: learned?.whole.least ?? cascade.min_acceptance,
        early: learned?.early?.least ?? cascade.min_acceptance,
      },
      breakOff: learned?.breakOff ?? cascade.break_off,
    },
    samples: cascade.samples,
    minAgreement: cascade.min_agreement,
  };
}
