// Plots that can be read: names that do not lie over one another or beyond the drawing, nought written as nought.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlTable, linePlot, textWidth } from '../../../router/cli/line-plot.ts';
import { pointPlot } from '../../../router/cli/point-plot.ts';

const widthOf = (svg: string): number => Number(/viewBox="0 0 (\d+) /.exec(svg)![1]);

interface Named {
  left: number;
  right: number;
  y: number;
}

/** Where the names of points stand: those texts that are set beside a mark. */
const namesIn = (svg: string): Named[] =>
  [
    ...svg.matchAll(
      /<circle[^>]*\/><text x="([\d.]+)" y="([\d.]+)" text-anchor="(start|end)"[^>]*>([^<]*)</g,
    ),
  ].map(([, x, y, anchor, name]) => {
    const [at, width] = [Number(x), textWidth(name!)];
    return {
      left: anchor === 'start' ? at : at - width,
      right: anchor === 'start' ? at + width : at,
      y: Number(y),
    };
  });

const axes = { x: 'memory', y: 'quality' };

describe('a plot of points', () => {
  it('sets every name free of the others and inside the drawing', () => {
    const coordinate = fc.integer({ min: 0, max: 3 });
    const point = fc.record({
      name: fc.stringMatching(/^[a-z0-9-]{1,30}$/),
      ...{ x: coordinate, y: coordinate, isChosen: fc.boolean() },
    });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 8 }), (points) => {
        const svg = pointPlot(points, axes);
        const names = namesIn(svg);
        expect(names).toHaveLength(points.length);
        for (const [i, a] of names.entries()) {
          expect(a.left).toBeGreaterThan(0);
          expect(a.right).toBeLessThanOrEqual(widthOf(svg));
          for (const b of names.slice(0, i))
            expect(Math.abs(a.y - b.y) >= 13 || a.right <= b.left || b.right <= a.left).toBe(true);
        }
      }),
    );
  });
});

describe('a plot of lines', () => {
  it('is as wide as its longest name, and writes nought as 0', () => {
    const name = 'a name that is a good deal longer than the room that is usual for names';
    const points = [-0.17, -0.02, 0.045].map((y, x) => ({ x, y }));
    const svg = linePlot([{ name, colour: 'red', points }], axes);
    const [, at] = new RegExp(`<text x="(\\d+)" y="\\d+">${name}`).exec(svg)!;
    expect(widthOf(svg)).toBeGreaterThanOrEqual(Number(at) + textWidth(name));
    expect(svg).toContain('>0</text>');
    expect(svg).not.toMatch(/>-?[\d.]+e-/);
  });
});

describe('a table', () => {
  it('keeps short cells on one line, the chosen row in bold, and markup out', () => {
    const table = htmlTable(
      [
        ['a', 'b'],
        ['x < y', '1 MiB'],
        ['z', '2 MiB'],
      ],
      1,
    );
    expect(table).toContain('<td>x&nbsp;&lt;&nbsp;y</td><td>1&nbsp;MiB</td>');
    expect(table).toContain('<td><strong>z</strong></td><td><strong>2&nbsp;MiB</strong></td>');
  });
});
