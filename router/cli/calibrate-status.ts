// `tiergate calibrate --status`: the calibration in force, what was judged since, and whether the traffic is still what it was certified
// on. Reads only.
import { existsSync, readFileSync } from 'node:fs';
import { displayPath } from '../../contract/built-file.ts';
import type { RequestRecord } from '../../contract/ledger.ts';
import { type DriftFacts, type LossCheck, lossCheck, type Shift, shiftsOf } from '../../policies/drift.ts';
import { type Calibration, thresholdsBy } from '../../policies/gap/calibration.ts';
import { readRequests } from '../../store/requests.ts';
import { CALIBRATION_CALLER } from '../calibrate/answers.ts';
import { labelsPath, readLabels } from '../calibrate/labels.ts';
import { calibrationPath, readCalibration } from '../config/calibration.ts';
import { loadConfig } from '../config/config.ts';
import { columns } from './columns.ts';

export interface StatusOptions {
  caller?: string;
  ledger?: string;
  config?: string;
  json?: boolean;
}

export interface CalibrationStatus {
  /** ISO 8601; null: there is no calibration. */
  calibratedAt: string | null;
  promise: { alpha: number; delta: number; thresholds: number } | null;
  /** Requests before and after; without a calibration, the thirty days before the last seven and those seven. */
  traffic: { before: number; after: number };
  shifts: Shift[];
  /** Labels of shadow sampling since; null: no calibration to hold them against. */
  shadow: LossCheck | null;
  /** All labels of shadow sampling. */
  labels: number;
  advice: string;
}

const DAY_MS = 86_400_000;
const BEFORE_DAYS = 30;
const AFTER_DAYS = 7;
/** Requests below which nothing is said about drift. */
const LEAST_REQUESTS = 50;

const driftFacts = ({ task, facts }: RequestRecord): DriftFacts[] =>
  facts === null
    ? []
    : [{ task, language: facts.language, promptTokens: facts.promptTokens, gap: facts.gap['1|2'] }];

function adviceOf(
  calibration: Calibration | null,
  shifts: readonly Shift[],
  shadow: LossCheck | null,
): string {
  const drifted = shifts.filter(({ isDrift }) => isDrift).map(({ what }) => what);
  if (shadow?.verdict === 'broken')
    return 'more is lost than was promised: run tiergate calibrate, and --apply what it certifies now';
  if (calibration === null)
    return drifted.length > 0
      ? `the traffic changed (${drifted.join(', ')}); nothing is calibrated that could be out of date`
      : 'nothing is calibrated; run tiergate calibrate';
  if (drifted.length > 0)
    return `the traffic changed (${drifted.join(', ')}), and the promise holds for the old one: run tiergate calibrate, and --apply what it certifies now`;
  return 'nothing speaks against the calibration in force';
}

export function statusOf(options: StatusOptions, now: number): CalibrationStatus {
  const { config, path: configPath } = loadConfig({
    ...{ path: options.config, env: process.env, cwd: process.cwd() },
  });
  const file = calibrationPath(config.routing.calibration, configPath, process.cwd());
  const files = { has: existsSync, read: (path: string) => readFileSync(path, 'utf8') };
  const { calibration } = readCalibration(file, false, files);
  const at = calibration === null ? now - AFTER_DAYS * DAY_MS : Date.parse(calibration.at);
  const caller = options.caller === undefined ? {} : { caller: options.caller };
  const ledger = options.ledger ?? config.ledger.path;
  const rows = readRequests(ledger, { since: at - BEFORE_DAYS * DAY_MS, ...caller }).filter(
    (row) => row.caller !== CALIBRATION_CALLER,
  );
  const before = rows.filter(({ startedAt }) => startedAt < at).flatMap(driftFacts);
  const after = rows
    .filter(({ startedAt }) => startedAt >= Math.max(at, now - AFTER_DAYS * DAY_MS))
    .flatMap(driftFacts);
  const isEnough = before.length >= LEAST_REQUESTS && after.length >= LEAST_REQUESTS;
  const shifts = isEnough ? shiftsOf(before, after) : [];
  const labels = readLabels(labelsPath(file)).filter(
    (label) => options.caller === undefined || label.caller === options.caller,
  );
  const thresholdOf = thresholdsBy(calibration);
  const since = labels.filter((label) => label.at >= at);
  const shadow =
    calibration === null
      ? null
      : lossCheck(
          since.map(({ caller: who, task, gap, isLoss }) => ({
            isLoss,
            isKept: gap < (thresholdOf(who, task)?.threshold ?? config.routing.thresholds.level2),
          })),
          calibration,
        );
  return {
    calibratedAt: calibration?.at ?? null,
    promise: calibration && {
      alpha: calibration.alpha,
      delta: calibration.delta,
      thresholds: calibration.thresholds.length,
    },
    traffic: { before: before.length, after: after.length },
    ...{ shifts, shadow, labels: labels.length, advice: adviceOf(calibration, shifts, shadow) },
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function* statusLines(status: CalibrationStatus, file: string): Generator<string> {
  const { calibratedAt, promise, traffic, shifts, shadow, labels, advice } = status;
  yield calibratedAt === null
    ? `no calibration (${file} is not there)`
    : `calibrated ${calibratedAt}: at most ${percent(promise!.alpha)} kept low and worse for it, except with chance ${percent(promise!.delta)}; ${promise!.thresholds} thresholds`;
  yield `${traffic.before} requests before, ${traffic.after} in the last ${AFTER_DAYS} days since`;
  yield '';
  if (shifts.length === 0) yield `drift: not judged, fewer than ${LEAST_REQUESTS} requests on a side`;
  else
    yield* columns(
      [
        ['drift of', 'index', 'by chance', 'verdict', 'changed most'],
        ...shifts.map(({ what, index, byChance, isDrift, most }) => [
          what,
          index.toFixed(3),
          `< ${byChance.toFixed(3)}`,
          isDrift ? 'DRIFT' : 'stable',
          most,
        ]),
      ],
      [1, 2],
    );
  yield '';
  yield shadow === null || shadow.judged === 0
    ? `shadow sampling: ${labels} labels in all, none since the calibration`
    : `shadow sampling: ${shadow.judged} judged since, ${shadow.kept} of them kept low, ${shadow.losses} of those worse: ${percent(shadow.low)} to ${percent(shadow.high)} of all; the promise ${shadow.verdict === 'holds' ? 'holds' : shadow.verdict === 'broken' ? 'is BROKEN' : 'is neither shown nor broken yet'}`;
  yield '';
  yield advice;
  yield 'nothing was changed';
}

/** @throws {GatewayError} LEDGER_UNAVAILABLE, CONFIG_INVALID */
export function calibrationStatus(options: StatusOptions): void {
  const status = statusOf(options, Date.now());
  if (options.json === true) {
    console.log(JSON.stringify(status, null, 2));
    return;
  }
  const { config, path } = loadConfig({ path: options.config, env: process.env, cwd: process.cwd() });
  const file = displayPath(calibrationPath(config.routing.calibration, path, process.cwd()));
  for (const line of statusLines(status, file)) console.log(line);
}
