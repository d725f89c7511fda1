import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextStream } from '../../../engine/text-stream.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function streamed(chunks: readonly Uint8Array[], stops: readonly string[] = []) {
  const stream = new TextStream(stops);
  const pieces: string[] = [];
  for (const chunk of chunks) {
    const piece = stream.push(chunk);
    pieces.push(piece.text);
    if (piece.stopped) return { text: pieces.join(''), pieces, stopped: true };
  }
  const last = stream.end();
  pieces.push(last.text);
  return { text: pieces.join(''), pieces, stopped: last.stopped };
}

const split = (bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const places = [0, ...new Set(cuts.map((cut) => cut % (bytes.length + 1))), bytes.length].sort(
    (a, b) => a - b,
  );
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
};

/** The rule, written the slow way: character by character, stop at the first completed stop string. */
function reference(text: string, stops: readonly string[]): string {
  let seen = '';
  for (const character of text) {
    seen += character;
    const ended = stops.filter((stop) => stop !== '' && seen.endsWith(stop));
    if (ended.length > 0) return seen.slice(0, -Math.max(...ended.map((stop) => stop.length)));
  }
  return text;
}

describe('text stream', () => {
  it('gives the WHATWG decoding of any bytes, however they are split', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(fc.nat(40)), (bytes, cuts) => {
        expect(streamed(split(bytes, cuts)).text).toBe(
          new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('follows the published examples of ill-formed sequences', () => {
    // Unicode 16, table 3-8 to 3-11: one U+FFFD per maximal subpart.
    const cases: [number[], string][] = [
      [[0xc0, 0xaf, 0xe0, 0x80, 0xbf, 0xf0, 0x81, 0x82, 0x41], `${'\uFFFD'.repeat(8)}A`],
      [[0xed, 0xa0, 0x80, 0xed, 0xbf, 0xbf, 0xed, 0xaf, 0x41], `${'\uFFFD'.repeat(8)}A`],
      [[0xf4, 0x91, 0x92, 0x93, 0xff, 0x41, 0x80, 0xbf, 0x42], `${'\uFFFD'.repeat(5)}A\uFFFD\uFFFDB`],
      [[0xe1, 0x80, 0xe2, 0xf0, 0x91, 0x92, 0xf1, 0xbf, 0x41], `${'\uFFFD'.repeat(4)}A`],
    ];
    for (const [bytes, expected] of cases) {
      expect(streamed(bytes.map((byte) => Uint8Array.of(byte))).text).toBe(expected);
    }
  });

  it('never shows half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
        const { pieces } = streamed([...bytesOf(text)].map((byte) => Uint8Array.of(byte)));
        for (const piece of pieces) expect(new TextDecoder().decode(bytesOf(piece))).toBe(piece);
        expect(pieces.join('')).toBe(text);
      }),
    );
  });

  it('cuts at the same place at every split of every text with stop strings', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', '😀'), maxLength: 16 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', '😀'), maxLength: 4 }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(letters, stops, fc.array(fc.nat(64)), (text, strings, cuts) => {
        expect(streamed(split(bytesOf(text), cuts), strings).text).toBe(reference(text, strings));
      }),
      { numRuns: 3000 },
    );
  });

  it('holds back only what may begin a stop string', () => {
    const stream = new TextStream(['\nUser:']);
    expect(stream.push(bytesOf('Hello')).text).toBe('Hello');
    expect(stream.push(bytesOf('!\nUs')).text).toBe('!');
    expect(stream.push(bytesOf('e it')).text).toBe('\nUse it');
    expect(stream.push(bytesOf('\nUser: next'))).toEqual({ text: '', stopped: true });
    expect(stream.end()).toEqual({ text: '', stopped: true });
  });

  it('gives back what it held when no stop string comes', () => {
    expect(streamed([bytesOf('wait STO')], ['STOP'])).toMatchObject({ text: 'wait STO', stopped: false });
  });

  it('counts what it decoded and what it showed', () => {
    const stream = new TextStream(['END']);
    stream.push(bytesOf('abEN'));
    expect([stream.decodedLength, stream.shownLength]).toEqual([4, 2]);
    stream.end();
    expect(stream.shownLength).toBe(4);
  });
});
