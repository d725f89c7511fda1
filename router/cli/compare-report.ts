// The result of `tiergate compare` as a table for a terminal and as one HTML page with plots, which needs nothing else.
import type { Divergence } from '../../engine/divergence.ts';
import { divergencePlot } from './compare-plot.ts';

export interface MeasuredModel {
  file: string;
  name: string;
  /** The most frequent tensor type by bytes. */
  type: string;
  fileBytes: number;
  /** Predicted, with one context of K/V. */
  memoryBytes: number;
  perplexity: number;
  standardError: number;
  promptTokensPerSecond: number;
  decodeTokensPerSecond: number;
}

export interface Comparison {
  text: string;
  contextTokens: number;
  windows: number;
  positions: number;
  reference: MeasuredModel;
  other: MeasuredModel;
  divergence: Omit<Divergence, 'kls' | 'reference' | 'other'>;
  /** One a scored position, nats. */
  kls: Float64Array;
}

const size = (bytes: number): string =>
  bytes < 2 ** 30
    ? `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 24 ? 2 : 1)} MiB`
    : `${(bytes / 2 ** 30).toFixed(2)} GiB`;
const speed = (tokens: number): string => `${tokens.toFixed(tokens < 100 ? 1 : 0)} tokens/s`;
const nats = (value: number): string =>
  value === 0 ? '0' : value < 1e-3 ? value.toExponential(2) : value.toFixed(4);
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const signedPercent = (share: number): string => `${share < 0 ? '' : '+'}${percent(share)}`;
const ratio = (a: number, b: number): string => `× ${(b / a).toFixed(b / a < 0.1 ? 4 : 3)}`;

/** What, the reference's value, the other's, and the second as a multiple of the first. */
const modelRows = ({ reference: a, other: b }: Comparison): string[][] => [
  [
    'Perplexity',
    `${a.perplexity.toFixed(4)} ± ${a.standardError.toFixed(4)}`,
    `${b.perplexity.toFixed(4)} ± ${b.standardError.toFixed(4)}`,
    ratio(a.perplexity, b.perplexity),
  ],
  ['Weights', a.type, b.type, ''],
  ['File', size(a.fileBytes), size(b.fileBytes), ratio(a.fileBytes, b.fileBytes)],
  ['Memory', size(a.memoryBytes), size(b.memoryBytes), ratio(a.memoryBytes, b.memoryBytes)],
  [
    'Reading',
    speed(a.promptTokensPerSecond),
    speed(b.promptTokensPerSecond),
    ratio(a.promptTokensPerSecond, b.promptTokensPerSecond),
  ],
  [
    'Writing',
    speed(a.decodeTokensPerSecond),
    speed(b.decodeTokensPerSecond),
    ratio(a.decodeTokensPerSecond, b.decodeTokensPerSecond),
  ],
];

const divergenceRows = ({ divergence: d }: Comparison): string[][] => [
  ['Mean KL divergence', `${nats(d.meanKl)} nats`],
  ['Median', `${nats(d.medianKl)} nats`],
  ['99th percentile', `${nats(d.p99Kl)} nats`],
  ['Largest', `${nats(d.maxKl)} nats`],
  ['Same first choice', percent(d.sameTop)],
  ["RMS change of the text's own token's probability", percent(d.rmsProbability)],
];

const scored = ({ positions, windows, contextTokens, text }: Comparison): string =>
  `${positions.toLocaleString('en-US')} tokens of ${text} scored, in ${windows} ${windows === 1 ? 'window' : 'windows'} of ${contextTokens}`;

/** For a terminal. */
export function comparisonLines(comparison: Comparison): string[] {
  const table = [['', comparison.reference.name, comparison.other.name, ''], ...modelRows(comparison)];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const labels = divergenceRows(comparison);
  const width = Math.max(...labels.map(([label]) => label!.length));
  return [
    ...table.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('   ')
        .trimEnd(),
    ),
    '',
    ...labels.map(([label, value]) => `${label!.padEnd(width)}   ${value}`),
    '',
    scored(comparison),
  ];
}

const html = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d9dee5; --paper: #ffffff; --card: #f5f7fa; --mark: #2563c9; --fill: #9dbcf0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --soft: #9aa5b4; --line: #343c48; --paper: #14181f; --card: #1d232c; --mark: #7fb0ff; --fill: #3a5f9e; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 2.5rem 1.25rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 54rem; margin: 0 auto; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .5rem; }
p { margin: .25rem 0; color: var(--soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 1.5rem 0; }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; }
.figures b { display: block; font-size: 1.45rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.figures span { color: var(--soft); font-size: .88rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; color: var(--soft); }
th:first-child { white-space: normal; }
svg { display: block; width: 100%; min-width: 34rem; height: auto; margin: .5rem 0; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
`;

/** One page, without scripts and without anything from elsewhere. */
export function comparisonHtml(comparison: Comparison): string {
  const { reference, other, divergence } = comparison;
  const figures: [string, string][] = [
    [nats(divergence.meanKl), 'mean KL divergence, nats'],
    [percent(divergence.sameTop), 'same first choice'],
    [signedPercent(other.perplexity / reference.perplexity - 1), 'change of perplexity'],
    [ratio(reference.fileBytes, other.fileBytes), 'file size'],
  ];
  const rows = (cells: string[][]): string =>
    cells
      .map(
        ([head, ...rest]) =>
          `<tr><th>${html(head!)}</th>${rest.map((cell) => `<td>${html(cell)}</td>`).join('')}</tr>`,
      )
      .join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(other.name)} beside ${html(reference.name)}</title>
<style>${STYLE}</style>
<main>
<h1>${html(other.name)} beside ${html(reference.name)}</h1>
<p>${html(scored(comparison))}.</p>
<div class="figures">
${figures.map(([value, label]) => `<div><b>${html(value)}</b><span>${html(label)}</span></div>`).join('\n')}
</div>
<h2>The two files</h2>
<div class="wide"><table>
<tr><th></th><th>${html(reference.name)}</th><th>${html(other.name)}</th><th></th></tr>
${rows(modelRows(comparison))}
</table></div>
<h2>How far the answers lie apart</h2>
<p>KL divergence of the second file's probabilities from the first one's at each token. Left is close: at 0 both say the same.</p>
<div class="wide">
${divergencePlot(comparison.kls, [
  ['median', divergence.medianKl],
  ['mean', divergence.meanKl],
  ['99 %', divergence.p99Kl],
])}
</div>
<div class="wide"><table>
${rows(divergenceRows(comparison))}
</table></div>
</main>
</html>
`;
}
