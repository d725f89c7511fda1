// Sets of characters as ranges of code points, and how a set is written in bytes: as UTF-8, or as a JSON string has it.
import { byteRange, bytes, either, type Regular, seq } from './dfa.ts';

/** In order, disjoint, without surrogates. */
export type Characters = readonly (readonly [least: number, greatest: number])[];

const LAST = 0x10ffff;

export function characters(...ranges: (readonly [number, number])[]): Characters {
  const sorted = ranges
    .flatMap(([least, greatest]): [number, number][] => [
      [least, Math.min(greatest, 0xd7ff)],
      [Math.max(least, 0xe000), greatest],
    ])
    .filter(([least, greatest]) => least <= greatest)
    .sort((a, b) => a[0] - b[0]);
  const out: [number, number][] = [];
  for (const [least, greatest] of sorted) {
    const last = out.at(-1);
    if (last && least <= last[1] + 1) last[1] = Math.max(last[1], greatest);
    else out.push([least, greatest]);
  }
  return out;
}

export const oneOf = (text: string): Characters =>
  characters(
    ...[...text].map((character): [number, number] => [character.codePointAt(0)!, character.codePointAt(0)!]),
  );

export const ALL = characters([0, LAST]);

export function complement(set: Characters): Characters {
  const out: [number, number][] = [];
  let next = 0;
  for (const [least, greatest] of set) {
    if (next < least) out.push([next, least - 1]);
    next = greatest + 1;
  }
  if (next <= LAST) out.push([next, LAST]);
  return characters(...out);
}

/** How a set of characters is written. */
export type Writing = (set: Characters) => Regular;

export const asUtf8: Writing = (set) => either(...set.flatMap(([least, greatest]) => utf8(least, greatest)));

/** Last code point of each length in UTF-8. */
const LENGTHS = [0x7f, 0x7ff, 0xffff, LAST];

function utf8(least: number, greatest: number): Regular[] {
  if (least > greatest) return [];
  const end = LENGTHS.find((last) => least <= last)!;
  if (greatest > end) return [...utf8(least, end), ...utf8(end + 1, greatest)];
  // Split where not all of the last bytes' values follow the same first bytes.
  for (let bits = 6; bits < 6 * LENGTHS.indexOf(end) + 1; bits += 6) {
    const mask = (1 << bits) - 1;
    if (least >> bits === greatest >> bits) continue;
    if ((least & mask) !== 0) return [...utf8(least, least | mask), ...utf8((least | mask) + 1, greatest)];
    if ((greatest & mask) !== mask)
      return [...utf8(least, (greatest & ~mask) - 1), ...utf8(greatest & ~mask, greatest)];
  }
  const [from, to] = [least, greatest].map((code) => [...Buffer.from(String.fromCodePoint(code))]);
  return [seq(...from!.map((byte, i) => byteRange(byte, to![i]!)))];
}

const SHORT_ESCAPES: Record<number, string> = {
  8: '\\b',
  9: '\\t',
  10: '\\n',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

/** Each character in one way only, JSON.stringify's: what two strings have in common can be told from their bytes. */
export const asJsonString: Writing = (set) => {
  const escaped: Regular[] = [];
  const raw: [number, number][] = [];
  for (const [least, greatest] of set) {
    for (let code = least; code <= Math.min(greatest, 0x5c); code++) {
      const short = SHORT_ESCAPES[code];
      if (short) escaped.push(bytes(short));
      else if (code < 0x20) escaped.push(bytes(`\\u${code.toString(16).padStart(4, '0')}`));
      else raw.push([code, code]);
    }
    if (greatest > 0x5c) raw.push([Math.max(least, 0x5d), greatest]);
  }
  const plain = asUtf8(characters(...raw));
  return either(plain, ...escaped);
};
