// One cheap pass over a text that says which recognizers could find something in it at all. Most prompts hold nothing,
// and then this pass is all that a scan costs.
//
// It keeps the last three characters, folded to 5 bits each, as a 15-bit number: an anchor is known by its rarest three
// neighbours, and compared in full where they stand. It also counts digits that stand at most 3 other characters apart. Both are necessary conditions only, so
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

const rarity = (text: string, at: number): number => {
  const rank = RARITY.indexOf(text.charAt(at).toLowerCase());
  return rank < 0 ? RARITY.length + 4 : rank;
};

const fold = (code: number): number => (code < 128 ? (FOLD[code] as number) : 0);

function trigram(text: string, at: number): number {
  return (
    (fold(text.charCodeAt(at)) << 10) | (fold(text.charCodeAt(at + 1)) << 5) | fold(text.charCodeAt(at + 2))
  );
}

/** Where in an anchor its rarest three neighbouring characters start. */
function rarestTrigram(anchor: string): number {
  const weight = (at: number): number => rarity(anchor, at) + rarity(anchor, at + 1) + rarity(anchor, at + 2);
  let best = 0;
  for (let at = 1; at + 3 <= anchor.length; at += 1) if (weight(at) > weight(best)) best = at;
  return best;
}

interface Anchor {
  owner: number;
  /** Lower case. */
  text: string;
  /** From the anchor's start to the end of its rarest trigram. */
  lead: number;
}

const lower = (code: number): number => (code >= 65 && code <= 90 ? code | 32 : code);

function standsAt(text: string, start: number, anchor: string): boolean {
  if (start < 0 || start + anchor.length > text.length) return false;
  for (let i = 0; i < anchor.length; i += 1) {
    const actual = text.charCodeAt(start + i);
    const wanted = anchor.charCodeAt(i);
    if (lower(actual) !== wanted && !(fold(actual) === DIGIT && fold(wanted) === DIGIT)) return false;
  }
  return true;
}

/** Fills `active` (one byte per recognizer): 1 where the recognizer must run. Returns whether any is. */
export type Prefilter = (text: string, active: Uint8Array) => boolean;

/** @throws {RangeError} for an anchor of two characters: it would be found nowhere */
export function createPrefilter(recognizers: readonly Recognizer[]): Prefilter {
  const group = new Uint16Array(1 << 15); // trigram -> index into anchors, 0 for none
  const anchors: Anchor[][] = [[]];
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
      const at = rarestTrigram(anchor);
      const key = trigram(anchor, at);
      if (group[key] === 0) group[key] = anchors.push([]) - 1;
      (anchors[group[key] as number] as Anchor[]).push({ owner, text: anchor.toLowerCase(), lead: at + 2 });
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
      if (hit !== 0) {
        for (const { owner, text: anchor, lead } of anchors[hit] as Anchor[]) {
          if (active[owner] === 0 && standsAt(text, i - lead, anchor)) active[owner] = 1;
        }
      }
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
