// A histogram of KL divergences over a logarithmic axis, as SVG that takes its colours from the page around it.
const WIDTH = 860;
const HEIGHT = 300;
const LEFT = 48;
const RIGHT = 16;
const TOP = 44;
const BOTTOM = 46;
const N_BARS = 60;

/** What is closer counts as this: differences of f32 logits end there. */
const LEAST = 1e-8;

const power = (exponent: number): string =>
  `10${[...String(exponent)].map((c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)])).join('')}`;

/**
 * @param kls nats, one a position
 * @param marks named values, drawn as vertical lines
 */
export function divergencePlot(kls: Float64Array, marks: readonly (readonly [string, number])[]): string {
  const logs = Array.from(kls, (kl) => Math.log10(Math.max(kl, LEAST)));
  const low = Math.floor(logs.reduce((a, b) => Math.min(a, b), 0));
  const high = Math.max(low + 1, Math.ceil(logs.reduce((a, b) => Math.max(a, b), low)));
  const x = (log: number): number => LEFT + ((log - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
  const counts = new Array<number>(N_BARS).fill(0);
  for (const log of logs) {
    const bar = Math.min(N_BARS - 1, Math.floor(((log - low) / (high - low)) * N_BARS));
    counts[bar] = counts[bar]! + 1;
  }
  const most = Math.max(...counts);
  const floor = HEIGHT - BOTTOM;
  const y = (count: number): number => floor - (count / most) * (floor - TOP);
  const barWidth = (WIDTH - LEFT - RIGHT) / N_BARS;
  const bars = counts.map((count, bar) =>
    count === 0
      ? ''
      : `<rect x="${(LEFT + bar * barWidth + 0.5).toFixed(1)}" y="${y(count).toFixed(1)}" width="${(barWidth - 1).toFixed(1)}" height="${(floor - y(count)).toFixed(1)}" fill="var(--fill)"/>`,
  );
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => low + i).map(
    (log) =>
      `<line x1="${x(log).toFixed(1)}" y1="${floor}" x2="${x(log).toFixed(1)}" y2="${floor + 5}" stroke="var(--line)"/>` +
      `<text x="${x(log).toFixed(1)}" y="${floor + 19}" text-anchor="middle">${power(log)}</text>`,
  );
  // Names of marks that stand close together take turns on two lines.
  const lines = marks.map(([name, value], i) => {
    const at = x(Math.log10(Math.max(value, LEAST))).toFixed(1);
    return (
      `<line x1="${at}" y1="${TOP - 8}" x2="${at}" y2="${floor}" stroke="var(--mark)" stroke-width="1.5" stroke-dasharray="4 3"/>` +
      `<text x="${at}" y="${i % 2 === 0 ? TOP - 13 : TOP - 27}" text-anchor="middle" style="fill: var(--mark)">${name}</text>`
    );
  });
  const share = ((100 * most) / kls.length).toFixed(1);
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Histogram of KL divergences of ${kls.length} tokens">
<line x1="${LEFT}" y1="${floor}" x2="${WIDTH - RIGHT}" y2="${floor}" stroke="var(--line)"/>
<text x="${LEFT - 6}" y="${TOP + 4}" text-anchor="end">${share} %</text>
<text x="${LEFT - 6}" y="${floor + 4}" text-anchor="end">0 %</text>
${bars.join('')}
${ticks.join('')}
${lines.join('')}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">KL divergence, nats (logarithmic); height: share of tokens</text>
</svg>`;
}
