// A plot of named points over two measures, as SVG that takes its colours from the page around it.
import { type Axes, escaped, plotFrame, textWidth } from './line-plot.ts';

export interface PlotPoint {
  name: string;
  x: number;
  y: number;
  /** Drawn filled, with its name in bold. */
  isChosen?: boolean;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const RADIUS = 6;
const LINE = 14;
const GAP = 10;

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

interface Place {
  x: number;
  y: number;
  anchor: 'start' | 'end';
}

const boxOf = ({ x, y, anchor }: Place, width: number): Box => ({
  ...(anchor === 'start' ? { left: x, right: x + width } : { left: x - width, right: x }),
  ...{ top: y - LINE + 3, bottom: y + 3 },
});

/** Where a name stands beside its point: to the right, to the left, or lines below and above, the first that is free. */
function* placesAt(x: number, y: number): Generator<Place> {
  const middle = y + 4;
  for (let line = 0; line < 12; line += 1)
    for (const side of line === 0 ? [0] : [line * LINE, -line * LINE]) {
      yield { x: x + GAP, y: middle + side, anchor: 'start' };
      yield { x: x - GAP, y: middle + side, anchor: 'end' };
    }
}

export function pointPlot(points: readonly PlotPoint[], axes: Axes): string {
  const { px, py, wrap } = plotFrame(
    points.map(({ x }) => x),
    points.map(({ y }) => y),
    axes,
    0.08,
  );
  const centres = points.map(({ x, y }) => ({ x: Number(px(x)), y: Number(py(y)) }));
  const taken: Box[] = centres.map(({ x, y }) => ({
    ...{ left: x - RADIUS, right: x + RADIUS, top: y - RADIUS, bottom: y + RADIUS },
  }));
  let widest = 0;
  const drawn = points.map(({ name, isChosen }, i) => {
    const { x, y } = centres[i]!;
    const width = textWidth(name) * (isChosen ? 1.1 : 1);
    const places = [...placesAt(x, y)];
    const isFree = (place: Place): boolean => {
      const box = boxOf(place, width);
      return box.left >= 70 && box.top >= 0 && !taken.some((other) => overlap(box, other));
    };
    const place = places.find(isFree) ?? places[0]!;
    const box = boxOf(place, width);
    taken.push(box);
    widest = Math.max(widest, box.right);
    const fill = isChosen ? '#2563eb' : 'none';
    return (
      `<circle cx="${x}" cy="${y}" r="${RADIUS}" fill="${fill}" stroke="#2563eb" stroke-width="2"/>` +
      `<text x="${place.x}" y="${place.y}" text-anchor="${place.anchor}"${isChosen ? ' font-weight="700"' : ''}>${escaped(name)}</text>`
    );
  });
  return wrap(drawn, widest);
}
