// The result of `tiergate advise` as lines for a terminal and as one HTML page.
import type { Skipped } from '../advise/candidates.ts';
import type { Recommendation } from '../advise/recommend.ts';
import type { Basis } from '../advise/score.ts';
import { columns } from './columns.ts';
import { htmlTable, paragraph, reportPage } from './line-plot.ts';
import { pointPlot } from './point-plot.ts';

export interface AdvisedModel {
  name: string;
  file: string;
  quantisation: string | null;
  fileBytes: number;
  /** Predicted, with one context; and the largest that the engine's process had, null where the system does not say. */
  memoryBytes: number;
  contextTokens: number;
  peakBytes: number | null;
  /** Mean score, 0 ... 1; null: nothing to judge by. */
  quality: number | null;
  /** Less than the best's; the share of prompts on which it is worse is at most `lossBound`, with 95 %. */
  loss: number | null;
  worse: number;
  lossBound: number | null;
  /** Calls that failed, by error code; they count as worth nothing. */
  failures: Record<string, number>;
  tokensPerSecond: number | null;
  medianFirstMs: number | null;
  meanMs: number;
  /** Of 1,000 such requests, one after the other, by the price of an hour of the machine. */
  usdPerThousand: number;
  isReference: boolean;
}

export interface Advice {
  prompts: number;
  /** Prompts by what their answers were judged by. */
  basis: Record<Basis, number>;
  reference: string | null;
  models: AdvisedModel[];
  skipped: Skipped[];
  usdPerHour: number;
  /** The same tokens at the config's Level 3; null: it has no price there. */
  level3UsdPerThousand: number | null;
  recommendation: Recommendation;
}

const size = (bytes: number): string =>
  bytes < 2 ** 30
    ? `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 24 ? 2 : 1)} MiB`
    : `${(bytes / 2 ** 30).toFixed(2)} GiB`;
const ms = (value: number | null): string =>
  value === null ? '-' : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const usd = (value: number): string => `$${value.toFixed(value < 1 ? 4 : 2)}`;

const failuresOf = ({ failures }: AdvisedModel): number =>
  Object.values(failures).reduce((sum, count) => sum + count, 0);

function tableOf({ models, usdPerHour }: Advice): string[][] {
  const hasFailures = models.some((model) => failuresOf(model) > 0);
  const rows = models.map((model) => [
    model.name,
    model.quantisation ?? '-',
    model.quality === null ? '-' : model.quality.toFixed(3),
    model.isReference ? 'reference' : `${model.worse}`,
    model.tokensPerSecond === null ? '-' : model.tokensPerSecond.toFixed(model.tokensPerSecond < 100 ? 1 : 0),
    ms(model.medianFirstMs),
    size(model.memoryBytes),
    model.peakBytes === null ? '-' : size(model.peakBytes),
    size(model.fileBytes),
    usdPerHour > 0 ? usd(model.usdPerThousand) : 'free',
    ...(hasFailures ? [String(failuresOf(model))] : []),
  ]);
  const heading = [
    'model',
    'weights',
    'quality',
    'worse on',
    'tokens/s',
    'first token',
    'memory',
    'peak',
    'file',
    '1,000 requests',
    ...(hasFailures ? ['failed'] : []),
  ];
  return [heading, ...rows];
}

function notes({
  prompts,
  basis,
  reference,
  models,
  skipped,
  usdPerHour,
  level3UsdPerThousand,
}: Advice): string[] {
  const parts: [number, string][] = [
    [basis.expected, 'against expected answers'],
    [
      basis.reference,
      `by agreement with ${reference ?? 'a reference'} (equal 1, otherwise the words in common, F1), which says nothing of whether it is right`,
    ],
    [basis.form, 'by their form alone'],
    [prompts - basis.expected - basis.reference - basis.form, 'not at all: there is nothing to judge by'],
  ];
  const judged = parts.filter(([count]) => count > 0).map(([count, how]) => `${count} ${how}`);
  return [
    `${prompts} prompts, one after the other, temperature 0; judged: ${judged.join('; ')}.`,
    `Memory is predicted for one context of ${[...new Set(models.map(({ contextTokens }) => contextTokens))].join(' or ')} tokens; peak is what the engine's process had, with its room for several.`,
    usdPerHour > 0
      ? `Cost: an hour of this machine at ${usd(usdPerHour)}.`
      : 'Cost: this machine is counted as free; --usd-per-hour says what an hour of it costs.',
    ...(level3UsdPerThousand === null
      ? []
      : [
          `The same tokens at Level 3 by the config's prices: ${usd(level3UsdPerThousand)} for 1,000 requests.`,
        ]),
    ...models
      .filter(({ failures }) => Object.keys(failures).length > 0)
      .map(
        ({ name, failures }) =>
          `Failed calls of ${name}, worth nothing: ${Object.entries(failures)
            .map(([code, count]) => `${count} ${code}`)
            .join(', ')}.`,
      ),
    ...skipped.map(({ name, reason }) => `Left out: ${name}: ${reason}`),
  ];
}

const verdict = ({ recommendation: { recommended, reason } }: Advice): string =>
  recommended === null ? `No recommendation: ${reason}.` : `Recommended: ${recommended}: ${reason}.`;

const chosenOf = ({ models, recommendation }: Advice): number =>
  models.findIndex(({ name }) => name === recommendation.recommended);

export function* adviceLines(advice: Advice): Generator<string> {
  const chosen = chosenOf(advice) + 1;
  const marked = tableOf(advice).map(([name = '', ...rest], i) => [
    `${chosen > 0 && i === chosen ? '* ' : '  '}${name}`,
    ...rest,
  ]);
  yield* columns(marked, [2, 3, 4, 5, 6, 7, 8, 9, 10]);
  yield '';
  yield* notes(advice);
  yield '';
  yield verdict(advice);
}

export function advicePage(advice: Advice): string {
  const { models, recommendation } = advice;
  const judged = models.filter(({ quality }) => quality !== null);
  const plotOver = (axis: string, measureOf: (model: AdvisedModel) => number | null): string => {
    const points = judged.flatMap((model) => {
      const x = measureOf(model);
      const isChosen = model.name === recommendation.recommended;
      const name = model.name.replace(/\.gguf$/, '');
      return x === null ? [] : [{ name, x, y: model.quality!, isChosen }];
    });
    return points.length === 0 ? '' : pointPlot(points, { x: axis, y: 'quality' });
  };
  return reportPage(
    'The smallest local model for this workload',
    [
      `<p><strong>${paragraph(verdict(advice)).slice(3, -4)}</strong></p>`,
      '<h2>Quality and memory</h2>',
      plotOver('memory, MiB', ({ memoryBytes }) => memoryBytes / 2 ** 20),
      '<h2>Quality and speed</h2>',
      plotOver('tokens/s', ({ tokensPerSecond }) => tokensPerSecond),
      '<h2>The models</h2>',
      htmlTable(tableOf(advice), chosenOf(advice)),
      ...notes(advice).map(paragraph),
    ].join('\n'),
  );
}
