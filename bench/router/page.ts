// The router's benchmark as one HTML page.
import { htmlTable, linePlot, paragraph, reportPage } from '../../router/cli/line-plot.ts';
import type { CascadeResult } from './cascade.ts';
import { WEAK_COST } from './cascade.ts';
import type { GuaranteeLine } from './guarantee.ts';
import type { Month } from './month.ts';
import type { OwnLine } from './own-traffic.ts';
import type { Line } from './unseen.ts';

export interface Results {
  lines: Line[];
  times: { p50: number; p99: number } | null;
  own: OwnLine[];
  guarantee: GuaranteeLine[];
  month: Month | null;
  cascade: CascadeResult | null;
}

const COLOURS = ['#2563eb', '#64748b', '#d97706', '#16a34a', '#db2777'];
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export const monthLines = ({
  requests,
  tiers,
  costUsd,
  level3CostUsd,
  level3Price,
  quality,
  forced,
}: Month): string[] => [
  `${requests} requests with default.yaml: Level 1 ${percent(tiers[1] / requests)}, Level 2 ${percent(tiers[2] / requests)}, Level 3 ${percent(tiers[3] / requests)}`,
  `cost $${costUsd.toFixed(2)}, all at Level 3 (${level3Price} USD per million tokens) $${level3CostUsd.toFixed(2)}: ${percent(1 - costUsd / level3CostUsd)} saved`,
  `quality of ${quality.requests} labelled requests: ${quality.routed.toFixed(3)}; at random with the same shares ${quality.random.toFixed(3)}, all at Level 3 ${quality.level3.toFixed(3)} (${percent(quality.routed / quality.level3)} of it kept), all at Level 1 ${quality.level1.toFixed(3)}`,
  `80/15/5 forced by rank: ${forced.quality.toFixed(3)}, at random ${forced.random.toFixed(3)}, by an oracle ${forced.oracle.toFixed(3)}; all at Level 3 ${quality.level3.toFixed(3)}: ${percent(forced.quality / quality.level3)} kept`,
  'The share is a result of the traffic: these are exam questions, and 80/15/5 is not reached on them without loss. No prompt shows most of what the stronger model gains.',
];

export function resultsPage({ lines, own, guarantee, month, cascade }: Results): string {
  const parts: string[] = [];
  if (cascade !== null) {
    parts.push(
      '<h2>Cascade of two local models</h2>',
      paragraph(
        `${cascade.weak} answers, ${cascade.strong} is asked where its answer does not stand; ${cascade.prompts} story openings, ${percent(cascade.weakRight)} of the weaker model's answers are the stronger's word for word. A weak call counts ${WEAK_COST} of a strong one, by whoever makes it.`,
      ),
      linePlot(
        cascade.curves.map(({ router, points }, i) => ({
          name: router,
          colour: COLOURS[i % COLOURS.length]!,
          points: points.map(({ cost, quality }) => ({ x: cost, y: quality })),
        })),
        { x: 'cost of a request, of a call of the stronger model', y: 'share of right answers' },
      ),
      htmlTable([
        ['Router', 'AUC', 'APGR', 'mean quality'],
        ...cascade.curves.map((each) => [
          each.router,
          each.auc.toFixed(3),
          each.apgr.toFixed(3),
          each.meanQuality.toFixed(3),
        ]),
      ]),
    );
  }
  parts.push(
    '<h2>Sources never seen</h2>',
    htmlTable([
      ['Set, pair, router', 'APGR', '95 %', 'CPT50', 'CPT80', 'AUC', 'ECE'],
      ...lines.map((line) => [
        `${line.set} ${line.pair} ${line.router}`,
        line.apgr.value.toFixed(3),
        `${line.apgr.low.toFixed(3)} ... ${line.apgr.high.toFixed(3)}`,
        line.cpt50.value.toFixed(3),
        line.cpt80.value.toFixed(3),
        line.auc.value.toFixed(3),
        line.calibrationError?.toFixed(3) ?? '',
      ]),
    ]),
    '<h2>Own traffic</h2>',
    htmlTable([
      ['Traffic', 'labels', 'callers known', 'APGR', 'length', 'unseen', 'ECE'],
      ...own.map((each) => [
        each.traffic,
        String(each.labels),
        each.callersKnown ? 'yes' : 'no',
        each.apgr.toFixed(3),
        each.lengthApgr.toFixed(3),
        each.unseenApgr.toFixed(3),
        each.calibrationError.toFixed(3),
      ]),
    ]),
    '<h2>Guarantee</h2>',
    paragraph(
      'How often the loss is above alpha, of splits into judged requests and a rest. Delta is what is promised for both; the last columns are of thresholds by a bound of the rate alone (Clopper-Pearson), and by no bound.',
    ),
    htmlTable([
      [
        'Traffic',
        'alpha',
        'delta',
        'above, on the rest',
        'above, on a batch',
        'mean loss',
        'kept low',
        'rate: above',
        'kept low',
        'no bound: above',
        'kept low',
      ],
      ...guarantee.map((each) => [
        each.traffic,
        String(each.alpha),
        String(each.delta),
        percent(each.exceeded),
        percent(each.batchExceeded),
        percent(each.meanLoss),
        percent(each.meanKept),
        percent(each.rate.exceeded),
        percent(each.rate.meanKept),
        percent(each.uncorrected.exceeded),
        percent(each.uncorrected.meanKept),
      ]),
    ]),
    '<h2>A month</h2>',
    ...(month === null ? [] : monthLines(month).map(paragraph)),
  );
  return reportPage('Tiergate router', parts.join('\n'));
}
