// The result of `tiergate calibrate` as lines for a terminal and as one HTML page.
import type { CurvePoint } from '../../policies/guarantee/curve.ts';
import { bestPoint, type CalibrationResult } from '../calibrate/fit.ts';
import { columns } from './columns.ts';
import { htmlTable, type Line, linePlot, paragraph, reportPage } from './line-plot.ts';

export interface CalibrationFacts {
  result: CalibrationResult;
  judged: number;
  /** Those of them that shadow sampling had judged already. */
  shadowed: number;
  losses: number;
  skipped: Record<string, number>;
  isCut: boolean;
  spentMicrousd: number;
  /** Chat requests of the callers a month, by the ledger. */
  monthlyRequests: number;
  low: number;
  high: number;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const usd = (microusd: number): string => `$${(microusd / 1e6).toFixed(microusd < 1e6 ? 4 : 2)}`;

const WANTED_QUALITIES = [0.99, 0.95, 0.9, 0.8];

function savingLine(
  curve: readonly CurvePoint[],
  quality: number,
  facts: CalibrationFacts,
  how: string,
): string[] {
  const { result, monthlyRequests, high } = facts;
  const point = bestPoint(curve, 1 - quality);
  const certainty = percent(1 - result.calibration.delta);
  if (point === undefined || point.kept === 0)
    return [`${percent(quality)} of Level ${high}`, how, 'nothing can be kept low', '-'];
  const saved = (result.highMicrousd - point.costMicrousd) * monthlyRequests;
  return [
    `${percent(quality)} of Level ${high}`,
    how,
    `${percent(point.kept)} stay low (loss ${percent(point.loss)}, at most ${percent(point.lossHigh)} with ${certainty})`,
    saved >= 0 ? `saves ${usd(saved)} a month` : `costs ${usd(-saved)} more a month`,
  ];
}

function thresholdRows({ calibration }: CalibrationResult): string[][] {
  return [
    ['caller', 'task', 'threshold', 'tested on', 'judged', 'kept low', 'losses', 'loss at most'],
    ...calibration.thresholds.map((each) => [
      each.caller,
      each.task,
      each.threshold === 0 ? 'none: moves up' : each.threshold.toFixed(2),
      each.testedOn,
      String(each.judged),
      String(each.kept),
      String(each.losses),
      percent(each.lossBound),
    ]),
  ];
}

function savings(facts: CalibrationFacts): string[][] {
  const { router, cascade } = facts.result;
  return WANTED_QUALITIES.flatMap((quality) => [
    savingLine(router, quality, facts, 'by the prompt'),
    ...(cascade ? [savingLine(cascade, quality, facts, "by the draft's acceptance")] : []),
  ]);
}

function notes({
  result,
  judged,
  shadowed,
  losses,
  skipped,
  isCut,
  spentMicrousd,
  low,
  high,
}: CalibrationFacts): string[] {
  const { calibration, certifiedOn } = result;
  const { alpha, delta, own, rate } = calibration;
  return [
    `${judged} requests answered on Level ${low} and Level ${high} and judged; on ${losses} (${percent(losses / Math.max(1, judged))}) Level ${low} was not as good. Spent ${usd(spentMicrousd)}.`,
    ...(shadowed > 0 ? [`${shadowed} of them were judged by shadow sampling before.`] : []),
    ...Object.entries(skipped).map(([why, count]) => `${count} left out: ${why}.`),
    ...(isCut ? ['The budget ended it before all captures were answered.'] : []),
    own === null
      ? `Fewer than 50 labels: the gap model keeps its weights, its level moves to the measured rate of ${percent(rate?.gap ?? 0)} (by ${(rate?.offset ?? 0).toFixed(2)} log odds), and all labels certify thresholds.`
      : `The gap model was corrected by ${own.labels} labels; ${certifiedOn} others certify the thresholds.`,
    `Promise: of a later batch of as many requests of a group as were judged, or more, at most ${percent(alpha)} are kept low and worse for it, except with chance ${percent(delta)} (exact law of a random split, fixed sequence).`,
    'It holds for requests like the judged ones, if the judge was right, until the traffic changes. The share that stays low is a result of the traffic.',
  ];
}

/** When drafts of Level 1 stand. */
function draftLines({ calibration: { acceptance, alpha, delta } }: CalibrationResult): string[] {
  if (acceptance === null)
    return ['cascade: too few drafts say how sure they were; the shipped acceptance holds'];
  const { whole, early, earlyTokens, breakOff, skipGap } = acceptance;
  const line = (what: string, stage: typeof whole | null): string => {
    if (stage === null) return `cascade, ${what}: too few drafts are so long; the shipped acceptance holds`;
    const learned = `learned from ${stage.own.labels} drafts`;
    if (stage.least === null)
      return `cascade, ${what}: ${learned}; none can be certified with ${stage.judged}, so routing.cascade.min_acceptance holds`;
    return `cascade, ${what}: ${learned}; an acceptance of ${stage.least.toFixed(3)} keeps ${stage.kept} of ${stage.judged} with ${stage.losses} losses, at most ${percent(stage.lossBound)} (alpha ${percent(alpha)}, delta ${percent(delta)})`;
  };
  return [
    line('whole drafts', whole),
    line(`streams by their first ${earlyTokens} tokens`, early),
    `cascade: a held stream below ${breakOff.toFixed(3)} after ${earlyTokens} tokens is broken off; a gap of ${skipGap.toFixed(3)} or more is not drafted`,
    'The promise is for traffic that is judged in one of these ways, not for a mixture of both.',
  ];
}

export function* calibrationLines(facts: CalibrationFacts): Generator<string> {
  yield* notes(facts);
  yield '';
  yield* columns(thresholdRows(facts.result), [2, 4, 5, 6, 7]);
  yield* draftLines(facts.result);
  yield '';
  yield* columns(savings(facts));
}

export function calibrationPage(facts: CalibrationFacts): string {
  const { router, cascade } = facts.result;
  const lineOf = (name: string, colour: string, curve: readonly CurvePoint[]): Line => ({
    name,
    colour,
    points: curve
      .map(({ costMicrousd, loss, lossLow, lossHigh }) => ({
        x: costMicrousd / 1e3,
        y: 1 - loss,
        low: 1 - lossHigh,
        high: 1 - lossLow,
      }))
      .sort((a, b) => a.x - b.x),
  });
  const plot = linePlot(
    [
      lineOf('by the prompt', '#2563eb', router),
      ...(cascade ? [lineOf("by the draft's acceptance", '#d97706', cascade)] : []),
    ],
    { x: 'USD per 1,000 requests', y: `quality, of Level ${facts.high}` },
  );
  return reportPage(
    'Tiergate calibration',
    [
      ...notes(facts).map(paragraph),
      '<h2>Quality and cost</h2>',
      plot,
      htmlTable([['Quality', 'Judged', 'Kept low', 'A month'], ...savings(facts)]),
      '<h2>Thresholds</h2>',
      htmlTable(thresholdRows(facts.result)),
    ].join('\n'),
  );
}
