// What the outcomes of other models tell of a prompt: about the most that a router could know of it before anybody answers. The rest
// of an outcome is the luck of one model on one prompt.
import { fitOwnTraffic, ownOdds } from '../../policies/gap/own-traffic.ts';
import type { Row } from '../../policies/gap/training/rows.ts';
import { type Outcomes, outcomesOf } from './split.ts';

const FOLDS = 5;

/** Which of the set's models stand for no level. */
function otherNames(rows: readonly Row[]): string[] {
  const levels = (['weak', 'mid', 'strong'] as const).map((level) => rows.map((row) => row[level]));
  return Object.keys(rows[0]!.models).filter(
    (name) => !levels.some((level) => rows.every(({ models }, i) => models[name] === level[i])),
  );
}

/**
 * Scores of "the request needs a higher level" by what the set's other models got on the very prompt, learned from the other folds.
 * @param rows of one set @param isWanted what is to be told
 */
export function scoresByOthers(
  rows: readonly Row[],
  isWanted: (outcomes: Outcomes) => boolean,
): Map<Row, number> {
  const names = otherNames(rows);
  const examples = rows.map((row) => {
    const got = names.map((name) => row.models[name] ?? 0);
    const share = got.reduce((sum, each) => sum + each, 0) / got.length;
    return {
      // Who is in the middle is neither right by all nor by none.
      values: [...got, share * (1 - share)],
      ...{ baseOdds: 0, kind: row.group, label: Number(isWanted(outcomesOf(row))) },
    };
  });
  const scores = new Map<Row, number>();
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const fitted = fitOwnTraffic(examples.filter((_, i) => i % FOLDS !== fold));
    examples.forEach(({ values, baseOdds, kind }, i) => {
      if (i % FOLDS === fold) scores.set(rows[i]!, ownOdds(fitted, values, baseOdds, kind));
    });
  }
  return scores;
}
