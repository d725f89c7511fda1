import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextStart, startPattern } from '../../../../policies/privacy/start-pattern.ts';
import { compactView, originalSpan, valueForms, valueView } from '../../../../policies/privacy/value-view.ts';

// Pieces of which texts are made, and what each of them is in the view ('' when it is left out, ' ' for white space).
const PIECES: readonly [written: string, view: string][] = [
  ['a', 'a'],
  ['B', 'b'],
  ['Word', 'word'],
  ['x y', 'x y'],
  ['1', '1'],
  ['4111', '4111'],
  ['-', '-'],
  ['.', '.'],
  ['@', '@'],
  [' ', ' '],
  ['\t', ' '],
  ['\n', ' '],
  ['\u00a0', ' '],
  ['*', ''],
  ['`', ''],
  ['\u200b', ''],
  ['%20', ' '],
  ['%40', '@'],
  ['%C3%BC', 'u'],
  ['&amp;', '&'],
  ['&#64;', '@'],
  ['\\u0040', '@'],
  ['\\n', ' '],
  ['ü', 'u'],
  ['É', 'e'],
  ['ß', 'ss'],
  ['ﬁ', 'fi'],
  ['１', '1'],
  ['А', 'a'], // Cyrillic
];

const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 24 });
const written = (list: readonly (readonly [string, string])[]): string => list.map(([text]) => text).join('');

describe('valueView', () => {
  it('is the view of each piece, white space joined', () => {
    fc.assert(
      fc.property(pieces, (list) => {
        const view = list
          .map(([, one]) => one)
          .join('')
          .replace(/ +/g, ' ');
        expect(valueView(written(list)).text).toBe(view);
      }),
      { numRuns: 2000 },
    );
  });

  it('knows where each piece stands', () => {
    fc.assert(
      fc.property(
        pieces,
        fc.constantFrom(...PIECES.filter(([, one]) => one.trim() !== '')),
        pieces,
        (before, piece, after) => {
          // A sign that no piece has shows where the piece in the middle stands in the view.
          const text = `${written(before)}~${piece[0]}~${written(after)}`;
          const view = valueView(text);
          const start = view.text.indexOf('~') + 1;
          expect(view.text.slice(start, start + piece[1].length)).toBe(piece[1]);
          const from = written(before).length + 1;
          expect(originalSpan(view, start, start + piece[1].length)).toEqual({
            start: from,
            end: from + piece[0].length,
          });
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('leaves the signs of quoted mail out, and no other', () => {
    expect(valueView('> a\n> b > c\n>> d').text).toBe('> a b > c d');
    expect(valueView('x *>* y').text).toBe('x > y');
  });

  it('reads backslashes before quotes and slashes as nothing', () => {
    expect(valueView('say \\"hi\\" to https:\\/\\/example.org \\\\').text).toBe(
      'say "hi" to https://example.org \\',
    );
  });
});

describe('compactView', () => {
  it('joins the groups of numbers and knows their places', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a1 .()/_:-]{0,40}$/), (text) => {
        const view = { text, pieces: null };
        const kept = Array.from(text, (char, at) => ({ char, at })).filter(
          ({ char }) => !' -./()_'.includes(char),
        );
        const compact = compactView(view);
        expect(compact.text).toBe(kept.map(({ char }) => char).join(''));
        kept.forEach(({ at }, i) => {
          expect(compact.placeOf(i)).toBe(at);
        });
      }),
    );
  });
});

describe('valueForms', () => {
  it.each([
    ['+49 (30) 901820-17', '+49 (30) 901820-17', '493090182017'],
    ['4111 1111 1111 1111', '4111 1111 1111 1111', '4111111111111111'],
    ['DE89 3704 0044 0532 0130 00', 'de89 3704 0044 0532 0130 00', 'de89370400440532013000'],
    ['Jo@Example.org', 'jo@example.org', ''],
    ['123456', '123456', ''],
    ['12:34:56:78', '12:34:56:78', ''],
    ['abcdefghi 1234567', 'abcdefghi 1234567', ''],
  ])('of %s', (value, normal, compact) => {
    expect(valueForms(value)).toEqual({ normal, compact });
  });
});

describe('nextStart', () => {
  it('is the first place of one of the code units', () => {
    const units = fc.uniqueArray(fc.constantFrom(...'[]\\^-a&<＜【'), { minLength: 1 });
    fc.assert(
      fc.property(
        units,
        fc.stringMatching(/^[[\]\\^a&<＜【bc -]{0,30}$/),
        fc.nat(30),
        (chars, text, from) => {
          const codes = chars.map((char) => char.charCodeAt(0));
          const places = Array.from(text, (_, at) => at).filter(
            (at) => at >= from && codes.includes(text.charCodeAt(at)),
          );
          expect(nextStart(text, from, startPattern(codes))).toBe(places[0] ?? text.length);
        },
      ),
    );
    expect(nextStart('abc', 0, startPattern([]))).toBe(3);
  });
});
