// Plots as SVG that takes its colours from the page around it: a frame with a grid, lines in it; and the page.
const WIDTH = 840;
const HEIGHT = 380;
const LEFT = 64;
const RIGHT = 230;
const TOP = 16;
const BOTTOM = 48;

/** About how wide the plots' text is, in units of the page: no font is there to measure with. */
export const textWidth = (text: string): number => 6.8 * text.length;

export interface Line {
  name: string;
  /** CSS colour. */
  colour: string;
  /** In the order of x. `low` and `high`: a band around it. */
  points: readonly { x: number; y: number; low?: number; high?: number }[];
}

export interface Axes {
  x: string;
  y: string;
}

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Round steps, four to eight of them. */
function ticksOf(low: number, high: number): number[] {
  const raw = (high - low) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= raw)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-6);
  // From whole numbers: a sum of steps would miss nought.
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

const shown = (value: number): string => Number(value.toPrecision(4)).toString();

/**
 * Places on the page of values, and what draws marks into a frame with a grid, on a drawing that is as wide as the marks need.
 * @param margin of each axis, a share of its span
 */
export function plotFrame(
  xs: readonly number[],
  ys: readonly number[],
  axes: Axes,
  margin = 0,
): {
  px(x: number): string;
  py(y: number): string;
  wrap(marks: readonly string[], widest?: number): string;
} {
  const rangeOf = (values: readonly number[]): [number, number] => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const wider = margin * (high - low || Math.abs(high) || 1);
    return [low - wider, high + wider];
  };
  const [x0, x1] = rangeOf(xs);
  const [y0, y1] = rangeOf(ys);
  const px = (x: number): string => (LEFT + ((x - x0) / (x1 - x0 || 1)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const py = (y: number): string =>
    (HEIGHT - BOTTOM - ((y - y0) / (y1 - y0 || 1)) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const grid = [
    ...ticksOf(x0, x1).map(
      (x) =>
        `<line x1="${px(x)}" y1="${TOP}" x2="${px(x)}" y2="${HEIGHT - BOTTOM}" stroke="var(--line)"/>` +
        `<text x="${px(x)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${shown(x)}</text>`,
    ),
    ...ticksOf(y0, y1).map(
      (y) =>
        `<line x1="${LEFT}" y1="${py(y)}" x2="${WIDTH - RIGHT}" y2="${py(y)}" stroke="var(--line)"/>` +
        `<text x="${LEFT - 8}" y="${Number(py(y)) + 4}" text-anchor="end">${shown(y)}</text>`,
    ),
  ];
  const wrap = (
    marks: readonly string[],
    widest = WIDTH,
  ): string => `<svg viewBox="0 0 ${Math.ceil(Math.max(WIDTH, widest))} ${HEIGHT}" role="img" aria-label="${escaped(`${axes.y} by ${axes.x}`)}">
${grid.join('\n')}
${marks.join('\n')}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escaped(axes.x)}</text>
<text x="14" y="${(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" transform="rotate(-90 14 ${(TOP + HEIGHT - BOTTOM) / 2})">${escaped(axes.y)}</text>
</svg>`;
  return { px, py, wrap };
}

export function linePlot(lines: readonly Line[], axes: Axes): string {
  const all = lines.flatMap(({ points }) => points);
  const { px, py, wrap } = plotFrame(
    all.map(({ x }) => x),
    all.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]),
    axes,
  );
  const drawn = lines.map(({ name, colour, points }, i) => {
    const path = points.map(({ x, y }) => `${px(x)},${py(y)}`).join(' ');
    const banded = points.filter(({ low, high }) => low !== undefined && high !== undefined);
    const band =
      banded.length === 0
        ? ''
        : `<polygon points="${[
            ...banded.map(({ x, high }) => `${px(x)},${py(high!)}`),
            ...banded.toReversed().map(({ x, low }) => `${px(x)},${py(low!)}`),
          ].join(' ')}" fill="${colour}" opacity="0.15"/>`;
    const at = TOP + 14 + 20 * i;
    return (
      `${band}<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>` +
      `<line x1="${WIDTH - RIGHT + 10}" y1="${at - 4}" x2="${WIDTH - RIGHT + 30}" y2="${at - 4}" stroke="${colour}" stroke-width="3"/>` +
      `<text x="${WIDTH - RIGHT + 36}" y="${at}">${escaped(name)}</text>`
    );
  });
  return wrap(drawn, WIDTH - RIGHT + 40 + Math.max(0, ...lines.map(({ name }) => textWidth(name))));
}

/** One HTML page with a title, that needs nothing else. @param body HTML */
export const reportPage = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>
:root { color-scheme: light dark; --line: #8883; --text: #222; --page: #fff; }
@media (prefers-color-scheme: dark) { :root { --text: #ddd; --page: #161616; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 960px; margin: 32px auto; padding: 0 16px; }
h1 { font-size: 24px; } h2 { font-size: 18px; margin-top: 32px; } h3 { font-size: 15px; margin: 24px 0 8px; }
svg { width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: var(--text); }
table { border-collapse: collapse; display: block; margin-top: 12px; overflow-x: auto; } td, th { padding: 4px 14px 4px 0; text-align: left; vertical-align: bottom; } tr { border-bottom: 1px solid var(--line); } td:first-child { white-space: nowrap; } td:last-child, th:last-child { padding-right: 0; } td:not(:first-child), th:not(:first-child) { text-align: right; font-variant-numeric: tabular-nums; }
</style></head><body>
<h1>${escaped(title)}</h1>
${body}
</body></html>
`;

/** Cells of so many characters stay on one line. */
const SHORT_CELL = 24;

const cellText = (text: string): string =>
  text.length <= SHORT_CELL ? escaped(text).replaceAll(' ', '&nbsp;') : escaped(text);

/** The first row is the heading. @param chosen a row in bold, of those below the heading; -1: none */
export const htmlTable = (rows: readonly (readonly string[])[], chosen = -1): string =>
  `<table>${rows
    .map((row, i) => {
      const cell = (text: string): string =>
        i === 0
          ? `<th>${escaped(text)}</th>`
          : `<td>${i === chosen + 1 ? `<strong>${cellText(text)}</strong>` : cellText(text)}</td>`;
      return `<tr>${row.map(cell).join('')}</tr>`;
    })
    .join('\n')}</table>`;

export const paragraph = (text: string): string => `<p>${escaped(text)}</p>`;
