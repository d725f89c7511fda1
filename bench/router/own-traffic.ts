// What some hundred labels of one's own traffic add, on labels that were not used: draws repeated, means shown.
import { taskOfText } from '../../policies/classify/task.ts';
import { sigmoid, type TierPair } from '../../policies/gap/model.ts';
import { fitOwnTraffic, kindOf, ownOdds } from '../../policies/gap/own-traffic.ts';
import { isGap, meanOf, outcomeOf } from '../../policies/gap/training/fit.ts';
import { calibrationError, scoreRouter } from '../../policies/gap/training/metrics.ts';
import { type Row, SOURCES } from '../../policies/gap/training/rows.ts';
import { calibrationFloor, randomBelow, type UnseenChances } from './unseen.ts';

export interface OwnLine {
  traffic: string;
  pair: TierPair;
  labels: number;
  /** Whether each kind of work comes from a caller of its own. */
  callersKnown: boolean;
  apgr: number;
  /** On the prompts that are left; of chances that are right, by chance alone; and without any label. */
  calibrationError: number;
  calibrationFloor: number;
  unseenCalibrationError: number;
  lengthApgr: number;
  /** Of the shipped model, its source never seen. */
  unseenApgr: number;
}

const DRAWS = 5;
const logit = (chance: number): number => Math.log(chance / (1 - chance));

export function ownTraffic(
  rows: readonly Row[],
  chances: UnseenChances,
  labels: readonly number[],
): OwnLine[] {
  const of = (name: string): Row[] => rows.filter(({ source }) => source === name);
  const mixes: [string, TierPair, readonly Row[]][] = [
    ...SOURCES.map((name): [string, TierPair, readonly Row[]] => [name, '1|2', of(name)]),
    ['all five sets', '1|2', rows],
    ...SOURCES.flatMap((name): [string, TierPair, readonly Row[]][] =>
      of(name)[0]?.mid == null ? [] : [[name, '2|3', of(name)]],
    ),
  ];
  const tasks = new Map(rows.map((row) => [row, taskOfText(row.prompt)]));
  return mixes.flatMap(([traffic, pair, pool]) =>
    labels
      .filter((count) => 2 * count <= pool.length)
      .flatMap((count) =>
        [false, true].map((callersKnown): OwnLine => {
          const kind = (row: Row): string =>
            kindOf(callersKnown ? `${row.source} ${row.group}` : 'one caller', tasks.get(row)!);
          const draws = Array.from({ length: DRAWS }, (_, draw) => {
            const next = randomBelow(draw + 1);
            const shuffled = pool.map((row) => ({ row, at: next(2 ** 31) })).sort((a, b) => a.at - b.at);
            const [own, rest] = [shuffled.slice(0, count), shuffled.slice(count)];
            const baseOf = (row: Row): number => logit(chances.get(row)![pair]);
            const fitted = fitOwnTraffic(
              own.map(({ row }) => ({
                values: row.values,
                baseOdds: baseOf(row),
                kind: kind(row),
                label: isGap(outcomeOf(row, pair)),
              })),
            );
            const outcomes = rest.map(({ row }) => outcomeOf(row, pair));
            const unseen = rest.map(({ row }) => chances.get(row)![pair]);
            const found = rest.map(({ row }) => sigmoid(ownOdds(fitted, row.values, baseOf(row), kind(row))));
            return {
              apgr: scoreRouter(outcomes, found).apgr,
              calibrationError: calibrationError(found, outcomes.map(isGap)),
              calibrationFloor: calibrationFloor(found, 3),
              unseenCalibrationError: calibrationError(unseen, outcomes.map(isGap)),
              lengthApgr: scoreRouter(
                outcomes,
                rest.map(({ row }) => row.prompt.length),
              ).apgr,
              unseenApgr: scoreRouter(outcomes, unseen).apgr,
            };
          });
          const mean = (of: keyof (typeof draws)[number]): number => meanOf(draws.map((draw) => draw[of]));
          return {
            ...{ traffic, pair, labels: count, callersKnown },
            apgr: mean('apgr'),
            calibrationError: mean('calibrationError'),
            calibrationFloor: mean('calibrationFloor'),
            unseenCalibrationError: mean('unseenCalibrationError'),
            lengthApgr: mean('lengthApgr'),
            unseenApgr: mean('unseenApgr'),
          };
        }),
      ),
  );
}
