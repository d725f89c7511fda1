// The router's benchmark as one HTML page.
import {
  htmlTable,
  linePlot,
  type Line as PlotLine,
  paragraph,
  reportPage,
} from '../../router/cli/line-plot.ts';
import { type CascadeResult, WEAK_COST } from './cascade.ts';
import type { GuaranteeLine } from './guarantee.ts';
import type { Month } from './month.ts';
import { monthParts } from './month-page.ts';
import type { OwnLine } from './own-traffic.ts';
import { BOUNDS } from './split.ts';
import type { Line, Measured } from './unseen.ts';

export interface Results {
  lines: Line[];
  times: { p50: number; p99: number } | null;
  own: OwnLine[];
  guarantee: GuaranteeLine[];
  month: Month | null;
  cascades: CascadeResult[];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const tenths = ({ value }: Measured): string => (100 * value).toFixed(1);
const within = ({ value, low, high }: Measured): string =>
  `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;

/** Of routers by the prompt, of single signals of an answer, and of the two that are learned, which come last. */
const GREYS = ['#94a3b8', '#64748b', '#a8a29e'];
const SIGNALS = ['#d97706', '#ca8a04', '#be185d', '#7c3aed', '#059669'];
const LEARNED = ['#0891b2', '#2563eb'];

function coloursOf(curves: CascadeResult['curves']): ReadonlyMap<string, string> {
  let [greys, signals] = [0, 0];
  return new Map(
    curves.map(({ router, isByPrompt }, i) => {
      const fromEnd = curves.length - i;
      if (fromEnd <= LEARNED.length) return [router, LEARNED[LEARNED.length - fromEnd]!];
      if (isByPrompt) return [router, GREYS[greys++ % GREYS.length]!];
      return [router, SIGNALS[signals++ % SIGNALS.length]!];
    }),
  );
}

/** Curves that are nowhere near would flatten the others: their figures are in the table. */
const FAR_BELOW = -0.05;

function cascadeParts({
  weak,
  strong,
  truth,
  prompts,
  weakRight,
  strongRight,
  oracleApgr,
  oracleShares,
  costs,
  curves,
}: CascadeResult): string[] {
  const colours = coloursOf(curves);
  const lineOf = (router: string, bands: readonly Measured[], hasBand: boolean): PlotLine => ({
    name: router,
    colour: colours.get(router)!,
    points: bands.map(({ value, low, high }, i) => ({
      ...{ x: costs[i]!, y: value },
      ...(hasBand && { low, high }),
    })),
  });
  // The last is the one that uses all; its band alone, so that the others stay legible.
  const last = curves.at(-1)!.router;
  const x = 'cost of a request, of a call of the stronger model';
  return [
    `<h2>6. Cascade: ${weak.replace('.gguf', '')} before ${strong.replace('.gguf', '')}</h2>`,
    paragraph(
      `${weak} answers, ${strong} is asked where its answer does not stand; ${prompts} ${truth}: ${percent(weakRight)} of the weaker model's answers and ${percent(strongRight)} of the stronger's are right. A weak call counts ${WEAK_COST} of a strong one, by whoever makes it. What is learned is learned from other prompts than it decides. AUC: how often a wrong answer of the weaker model is ranked above a right one. Last column: the most that can stay with the weaker model within so many points below the stronger one alone. Bands and brackets: 95 %, by bootstrap over prompts.`,
    ),
    linePlot(
      curves.map(({ router, quality }) => lineOf(router, quality, router === last)),
      { x, y: 'share of right answers' },
    ),
    '<h3>Above the best router by the prompt, at the same cost</h3>',
    linePlot(
      curves.flatMap(({ router, isByPrompt, above, meanAbove }) =>
        isByPrompt || meanAbove.high < FAR_BELOW ? [] : [lineOf(router, above, router === last)],
      ),
      { x, y: 'quality above the router' },
    ),
    htmlTable([
      [
        'Router',
        'APGR',
        'AUC',
        'mean quality',
        'above the best by the prompt',
        `% stays, ${BOUNDS.map((bound) => 100 * bound).join(' / ')} points`,
      ],
      ...curves.map(({ router, isByPrompt, apgr, auc, shares, meanQuality, meanAbove }) => [
        router,
        within(apgr),
        auc.toFixed(3),
        within(meanQuality),
        isByPrompt ? '' : within(meanAbove),
        shares.map(tenths).join(' / '),
      ]),
      ['oracle', oracleApgr.toFixed(3), '', '', '', oracleShares.map(tenths).join(' / ')],
    ]),
  ];
}

/** The words of the tables below. */
const INTRODUCTION = [
  'A router decides which request a weaker, cheaper model answers (Level 1, or 1 of the pair 1|2) and which goes to a stronger one. It is right where it sends up what the stronger model gets right and the weaker one does not: that is a gap.',
  "APGR: how much of what the stronger model adds is recovered, in the mean over all shares sent up; .5 is chance. CPT50, CPT80: share to be sent up that recovers half, 80 %, of it. AUC: how often a gap is ranked above another request; .5 is chance, 1 perfect. ECE: how far the predicted chances of a gap are from the observed shares, in the mean; 'known' is with what a user may state of the models beforehand.",
];

const unseenParts = (lines: readonly Line[]): string[] => [
  '<h2>1. Sources never seen</h2>',
  paragraph('Each set of prompts is ranked by a model that was trained on the other sets alone.'),
  htmlTable([
    ['Set, pair, router', 'APGR', '95 %', 'CPT50', 'CPT80', 'AUC', 'ECE', 'accuracies known', 'rate known'],
    ...lines.map((line) => [
      `${line.set} ${line.pair} ${line.router}`,
      line.apgr.value.toFixed(3),
      `${line.apgr.low.toFixed(3)} ... ${line.apgr.high.toFixed(3)}`,
      line.cpt50.value.toFixed(3),
      line.cpt80.value.toFixed(3),
      line.auc.value.toFixed(3),
      line.calibrationError?.toFixed(3) ?? '',
      line.accuracyKnownError?.toFixed(3) ?? '',
      line.rateKnownError?.toFixed(3) ?? '',
    ]),
  ]),
];

const ownParts = (own: readonly OwnLine[]): string[] => [
  '<h2>3. Own traffic</h2>',
  paragraph('The same with some judged requests of the set itself; all figures are of its other requests.'),
  htmlTable([
    ['Traffic', 'labels', 'callers known', 'APGR', 'length', 'unseen', 'ECE'],
    ...own.map((each) => [
      `${each.traffic} ${each.pair}`,
      String(each.labels),
      each.callersKnown ? 'yes' : 'no',
      each.apgr.toFixed(3),
      each.lengthApgr.toFixed(3),
      each.unseenApgr.toFixed(3),
      each.calibrationError.toFixed(3),
    ]),
  ]),
];

const guaranteeParts = (guarantee: readonly GuaranteeLine[]): string[] => [
  '<h2>4. Guarantee</h2>',
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
];

/** Of the parts that were run. */
export function resultsPage({ lines, own, guarantee, month, cascades }: Results): string {
  const parts = [
    ...INTRODUCTION.map(paragraph),
    ...(lines.length === 0 ? [] : unseenParts(lines)),
    ...(own.length === 0 ? [] : ownParts(own)),
    ...(guarantee.length === 0 ? [] : guaranteeParts(guarantee)),
    ...(month === null ? [] : monthParts(month)),
    ...cascades.flatMap(cascadeParts),
  ];
  return reportPage('Tiergate router', parts.join('\n'));
}
