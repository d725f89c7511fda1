import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createValueSearch, type Hit, isBounded } from '../../../../policies/privacy/value-search.ts';

const search = (values: string[], text: string): string[] => {
  const hits: Hit[] = [];
  createValueSearch(values)(text, (hit) => hits.push(hit));
  return hits.map(({ start, end, value }) => `${start}-${end} ${value}`).sort();
};

/** Every occurrence by the definition. */
const slow = (values: string[], text: string): string[] =>
  values
    .flatMap((value) =>
      Array.from(text, (_, i) => i)
        .filter((i) => text.startsWith(value, i))
        .map((i) => `${i}-${i + value.length} ${value}`),
    )
    .sort();

describe('createValueSearch', () => {
  it('finds every occurrence, also overlapping ones, for few and for many values', () => {
    const value = fc.stringMatching(/^[ab.]{1,5}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(value, { maxLength: 30 }),
        fc.stringMatching(/^[ab.c]{0,60}$/),
        (values, text) => {
          expect(search(values, text)).toEqual(slow(values, text));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('isBounded', () => {
  it('refuses a number inside a longer one and accepts one between Chinese characters', () => {
    expect(isBounded('x4155550132', 1, 11)).toBe(false);
    expect(isBounded('41555501321', 0, 10)).toBe(false);
    expect(isBounded('电话4155550132号', 2, 12)).toBe(true);
    expect(isBounded('_4155550132.', 1, 11)).toBe(true);
  });
});
