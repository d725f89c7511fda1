// The simulated month in words, for the terminal and as part of the page: what the policy does, and why 80/15/5 is or is not reached.
import { htmlTable, linePlot, paragraph } from '../../router/cli/line-plot.ts';
import type { Month } from './month.ts';
import { KEPT_SHARES, type SplitLook } from './month-split.ts';
import { BOUNDS } from './split.ts';
import type { Measured } from './unseen.ts';

const tenths = (share: number): string => (100 * share).toFixed(1);
const percent = (share: number): string => `${tenths(share)} %`;
const within = ({ value, low, high }: Measured): string =>
  low === high ? tenths(value) : `${tenths(value)} [${tenths(low)}, ${tenths(high)}]`;
const points = (bound: number): string => `${Math.round(100 * bound)} points`;

const policyLines = ({ requests, tiers, costUsd, level3CostUsd, level3Price, quality }: Month): string[] => [
  `${requests.toLocaleString('en')} requests, half of them exam questions whose right answers are known, half everyday tasks, decided by default.yaml: Level 1 ${percent(tiers[1] / requests)}, Level 2 ${percent(tiers[2] / requests)}, Level 3 ${percent(tiers[3] / requests)}.`,
  `Cost: $${costUsd.toFixed(2)}; all at Level 3 (${level3Price} USD per million tokens) $${level3CostUsd.toFixed(2)}: ${percent(1 - costUsd / level3CostUsd)} saved.`,
  `Right answers to the ${quality.requests.toLocaleString('en')} exam questions: ${percent(quality.routed)}; with the same shares at random ${percent(quality.random)}, all at Level 3 ${percent(quality.level3)} (${percent(quality.routed / quality.level3)} of that is kept), all at Level 1 ${percent(quality.level1)}. Of the everyday tasks no outcomes are known: nothing here says what they lose.`,
];

const SPLIT_INTRODUCTION = [
  `Is 80/15/5 (80 % of the requests at Level 1, 15 % at Level 2, 5 % at Level 3) reached without loss? Asked of the exam questions, each once, with bounds stated beforehand: at most ${BOUNDS.map((bound) => Math.round(100 * bound)).join(', ')} points fewer right answers than Level 3 alone. The share is a result of the traffic, so parts of it are looked at too; these were chosen by their outcomes.`,
  "AUC: how often a question that only Level 3 gets right (of Levels 1 and 3) is ranked above another one; .5 is chance, 1 perfect. APGR: how much of what Level 3 adds is recovered, in the mean over all shares sent up; .5 is chance. 'Ours' is the gap model, its own sources left out of the training; 'labels' are judged requests of this traffic, each subject sent by a caller of its own. 'By other models' is taught what the 6 to 15 other models of each set got on the very question: an estimate of the most that a question can tell of itself, for what is left is mostly the luck of single answers. The oracle knows who is right on what. A simulated router knows it through noise: it scores by a weight where the higher level is needed, plus a number drawn from a normal law, with the weight that gives the AUC. In brackets 95 %, by bootstrap over questions.",
  '% low: the most that can stay at Level 1, all others at Level 3, with at most so many points lost to Level 3 alone; thresholds chosen with the outcomes known. What can be promised beforehand is less: part 4.',
];

const TABLE_HEAD = [
  'Ranked by',
  'AUC',
  'APGR',
  '80/15/5: % right',
  'points below Level 3',
  ...BOUNDS.map((bound) => `% low, ${points(bound)}`),
];

const splitTable = ({ routers }: SplitLook): string[][] => [
  TABLE_HEAD,
  ...routers.map(({ router, auc, apgr, quality, below, shares }) => [
    ...[router, auc.toFixed(3), apgr.toFixed(3), within(quality), within(below)],
    ...shares.map(within),
  ]),
];

const side = (below: number): string => `${tenths(Math.abs(below))} points ${below < 0 ? 'above' : 'below'}`;
const listed = (items: readonly string[]): string => items.join(', ').replace(/, ([^,]*)$/, ' and $1');

/** Which bounds are kept, and of those that are not, whether that is a matter of the models or of the router. */
export function reasonsOf({ right, random, ours, byOthers, oracle, needed }: SplitLook): string[] {
  const all = BOUNDS.map((bound, at) => ({ bound, needed: needed[at]! }));
  const isReached = ({ bound }: { bound: number }): boolean => ours.below.value <= bound;
  const head = (of: readonly { bound: number }[]): string =>
    `Within ${listed(of.map(({ bound }) => String(Math.round(100 * bound))))} points of Level 3:`;
  const reached = all.filter(isReached);
  const forRouter = all.filter((each) => !isReached(each) && each.needed !== null);
  const forModels = all.filter((each) => !isReached(each) && each.needed === null);
  return [
    ...(reached.length === 0
      ? []
      : [
          `${head(reached)} reached. Our ranking is ${side(ours.below.value)}, a choice at random ${side(random.below.value)}.`,
        ]),
    ...(forModels.length === 0
      ? []
      : [
          `${head(forModels)} not reached, and that is a matter of the models, not of the router: even an oracle is ${side(oracle.below.value)}. The fifth that is sent up adds 20 points at most, so Level 1 itself would have to be right on ${listed(forModels.map(({ bound }) => percent(right[3] - bound - 0.2)))} at least; it is on ${percent(right[1])}.`,
        ]),
    ...(forRouter.length === 0
      ? []
      : [
          `${head(forRouter)} not reached by our ranking, but not out of reach: an oracle is ${side(oracle.below.value)}, our ranking ${side(ours.below.value)}, a choice at random ${side(random.below.value)}. A simulated router needs an AUC of ${listed(forRouter.map(({ needed }) => needed!.auc.toFixed(2)))} (APGR ${listed(forRouter.map(({ needed }) => needed!.apgr.toFixed(2)))}); ours has ${ours.auc.toFixed(3)} (${ours.apgr.toFixed(3)}), and what other models got on the very question tells ${byOthers.auc.toFixed(3)} (${byOthers.apgr.toFixed(3)}).`,
        ]),
  ];
}

const trafficLines = (look: SplitLook): string[] => [
  `Level 1 is right on ${percent(look.right[1])} of these ${look.prompts.toLocaleString('en')}, Level 2 on ${percent(look.right[2])}, Level 3 on ${percent(look.right[3])}. On ${percent(look.onlyAbove)} Level 1 is wrong and a higher level right, on ${percent(look.none)} all are wrong; on ${percent(look.onlyBelow)} Level 1 is right and Level 3 wrong.`,
  ...reasonsOf(look),
];

const CASCADE_NOTE =
  "With the local answer's own confidence the bounds cannot be tried here: these sets hold outcomes, but no answers. Part 6 has them on pairs of local models.";

function padded(table: readonly (readonly string[])[]): string[] {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
  );
}

export const monthLines = (month: Month): string[] => [
  ...policyLines(month),
  ...SPLIT_INTRODUCTION,
  ...month.splits.flatMap((look) => [
    `On ${look.traffic}:`,
    ...[...trafficLines(look), ...padded(splitTable(look))].map((line) => `  ${line}`),
  ]),
  CASCADE_NOTE,
];

const COLOURS = [
  '#94a3b8',
  '#2563eb',
  '#0891b2',
  '#16a34a',
  '#fde68a',
  '#fbbf24',
  '#d97706',
  '#92400e',
  '#be185d',
];

function splitPlot({ routers, right }: SplitLook): string {
  const flat = (name: string, quality: number) => ({
    ...{ name, colour: '#64748b' },
    points: [0, 100].map((x) => ({ x, y: 100 * quality })),
  });
  const lines = routers.map(({ router, curve }, at) => ({
    ...{ name: router, colour: COLOURS[at]! },
    points: curve.map((quality, i) => ({ x: 100 * KEPT_SHARES[i]!, y: 100 * quality })),
  }));
  const bound = BOUNDS[1];
  return linePlot([...lines, flat(`${points(bound)} below Level 3`, right[3] - bound)], {
    x: '% of the requests at Level 1, the others at Level 3',
    y: '% right',
  });
}

export const monthParts = (month: Month): string[] => [
  '<h2>5. A simulated month</h2>',
  ...policyLines(month).map(paragraph),
  '<h3>80/15/5 on this traffic</h3>',
  ...SPLIT_INTRODUCTION.map(paragraph),
  ...month.splits.flatMap((look) => [
    `<h3>${look.traffic[0]!.toUpperCase()}${look.traffic.slice(1)}</h3>`,
    ...trafficLines(look).map(paragraph),
    htmlTable(splitTable(look)),
    splitPlot(look),
  ]),
  paragraph(CASCADE_NOTE),
];
