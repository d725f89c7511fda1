// A plot of named points over two measures, as SVG that takes its colours from the page around it.
import { type Axes, escaped, plotFrame } from './line-plot.ts';

export interface PlotPoint {
  name: string;
  x: number;
  y: number;
  /** Drawn filled, with its name in bold. */
  isChosen?: boolean;
}

export function pointPlot(points: readonly PlotPoint[], axes: Axes): string {
  const { px, py, wrap } = plotFrame(
    points.map(({ x }) => x),
    points.map(({ y }) => y),
    axes,
    0.08,
  );
  const drawn = points.map(({ name, x, y, isChosen }) => {
    const fill = isChosen ? '#2563eb' : 'none';
    return (
      `<circle cx="${px(x)}" cy="${py(y)}" r="6" fill="${fill}" stroke="#2563eb" stroke-width="2"/>` +
      `<text x="${Number(px(x)) + 10}" y="${Number(py(y)) + 4}"${isChosen ? ' font-weight="700"' : ''}>${escaped(name)}</text>`
    );
  });
  return wrap(drawn);
}
