// One cheap pass over a text that says which recognizers could find something in it at all. Most prompts hold nothing,
// and then this pass is all that a scan costs.
//
// It keeps the last three characters, folded to 5 bits each, as a 15-bit number: an anchor is known by its rarest three
// neighbours. It also counts digits that stand at most 3 other characters apart. Both are necessary conditions only, so
// folding two characters together (all digits, all rare symbols, upper and lower case) can cost time, never a finding.
import type { Recognizer } from '../../contract/recognizer.ts';

const DIGIT = 27;
const OTHER_ASCII = 31;
const MAX_DIGIT_GAP = 3;
const RARITY = 'etaoinshrdlcumwfgypbvkjxqz';

/** Letters 1-26 whatever their case, digits 27, `_` 28, `-` 29, `.` 30, other ASCII 31; all that is not ASCII 0. */
const FOLD = Uint8Array.from({ length: 128 }, (_, code) => {
  const letter = code | 32;
  if (letter >= 97 && letter <= 122 && code > 64) return letter - 96;
  if (code >= 48 && code <= 57) return DIGIT;
  return ({ 95: 28, 45: 29, 46: 30 } as Record<number, number>)[code] ?? OTHER_ASCII;
});

const rarity = (char: string): number => {
  const rank = RARITY.indexOf(char.toLowerCase());
  return rank < 0 ? RARITY.length + 4 : rank;
};

const fold = (code: number): number => (code < 128 ? (FOLD[code] as number) : 0);

function trigram(text: string): number {
  return (fold(text.charCodeAt(0)) << 10) | (fold(text.charCodeAt(1)) << 5) | fold(text.charCodeAt(2));
}

/** The three neighbouring characters of an anchor that ordinary text has least often. */
function rarestTrigram(anchor: string): number {
  const windows = Array.from({ length: anchor.length - 2 }, (_, i) => anchor.slice(i, i + 3));
  const weight = (window: string): number => [...window].reduce((sum, char) => sum + rarity(char), 0);
  return trigram(windows.reduce((best, window) => (weight(window) > weight(best) ? window : best)));
}

/** Fills `active` (one byte per recognizer): 1 where the recognizer must run. Returns whether any is. */
export type Prefilter = (text: string, active: Uint8Array) => boolean;

/** @throws {RangeError} for an anchor of two characters: it would be found nowhere */
export function createPrefilter(recognizers: readonly Recognizer[]): Prefilter {
  const group = new Uint8Array(1 << 15); // trigram -> index into owners, 0 for none
  const owners: number[][] = [[]];
  const singles: { char: string; owner: number }[] = [];
  const always: number[] = [];

  recognizers.forEach((recognizer, owner) => {
    if (recognizer.anchors === undefined) always.push(owner);
    for (const anchor of recognizer.anchors ?? []) {
      if (anchor.length === 2 || anchor.length === 0) {
        throw new RangeError(
          `recognizer ${recognizer.name}: anchor "${anchor}" must have 1 or at least 3 characters`,
        );
      }
      if (anchor.length === 1) {
        singles.push({ char: anchor, owner });
        continue;
      }
      const key = rarestTrigram(anchor);
      const members = [...new Set([...(owners[group[key] as number] as number[]), owner])];
      let index = owners.findIndex((known) => known.join() === members.join());
      if (index < 0) index = owners.push(members) - 1;
      group[key] = index;
    }
  });

  return (text, active) => {
    active.fill(0);
    for (const owner of always) active[owner] = 1;
    for (const { char, owner } of singles) if (text.includes(char)) active[owner] = 1;

    let hash = 0;
    let run = 0;
    let longestRun = 0;
    let lastDigit = -MAX_DIGIT_GAP - 2;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      const folded = code < 128 ? (FOLD[code] as number) : 0;
      hash = ((hash << 5) | folded) & 0x7fff;
      const hit = group[hash] as number;
      if (hit !== 0) for (const owner of owners[hit] as number[]) active[owner] = 1;
      if (folded === DIGIT) {
        run = i - lastDigit <= MAX_DIGIT_GAP + 1 ? run + 1 : 1;
        lastDigit = i;
        if (run > longestRun) longestRun = run;
      }
    }

    let any = false;
    for (let owner = 0; owner < recognizers.length; owner += 1) {
      if (active[owner] === 0) continue;
      const { minDigits, mayContain } = recognizers[owner] as Recognizer;
      if ((minDigits !== undefined && longestRun < minDigits) || mayContain?.(text) === false)
        active[owner] = 0;
      else any = true;
    }
    return any;
  };
}
