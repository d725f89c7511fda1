// One pass over a text that finds what recognizers begin with: the places of their anchors, and the digits. Most prompts hold
// nothing, and then this pass is all that a scan costs (docs/decisions/2026-11-28-scan-speed.md).
//
// The text is copied into an array of code units, which the runtime reads faster than a string. Each unit is folded to 6 bits;
// the last four make a key, hashed into a set of 2^19 bits of which a text touches few. An anchor is known by its rarest four
// neighbours, and compared in full where the bit is set: folding and hashing can cost time, never a finding.
import type { Anchor, Recognizer, TextIndex } from '../../contract/recognizer.ts';
import { sortFew } from './sort-few.ts';

const DIGIT = 27;
const SPACE = 28;
const OTHER = 62;
const CONTROL = 61;
const GRAM = 4;
const GRAM_MASK = (1 << (6 * GRAM)) - 1;
const SET_BITS = 19;
const MAX_DIGIT_GAP = 3;
const RARITY = 'etaoinshrdlcumwfgypbvkjxqz';
/** Longer texts give their arrays back. */
const KEPT_LENGTH = 1 << 16;

/** Letters 1-26 whatever their case, digits 27, space and ASCII signs 28-60, controls 61, all else 62; NUL 0. */
const FOLD = new Uint8Array(1 << 16).fill(OTHER);
for (let code = 0, sign = SPACE; code < 128; code += 1) {
  const letter = code | 32;
  if (letter >= 97 && letter <= 122 && code > 64) FOLD[code] = letter - 96;
  else if (code >= 48 && code <= 57) FOLD[code] = DIGIT;
  else if (code < 32 || code === 127) FOLD[code] = code === 0 ? 0 : CONTROL;
  else FOLD[code] = sign++;
}
/** Is this code unit an ASCII letter or digit? */
export const isAlphanumericUnit = (unit: number): boolean => (FOLD[unit] as number) - 1 < DIGIT && unit > 0;

/** A code unit in lower case. */
export const lowerUnit = (code: number): number => {
  if (code < 128) return code >= 65 && code <= 90 ? code | 32 : code;
  const small = String.fromCharCode(code).toLowerCase();
  return small.length === 1 ? small.charCodeAt(0) : code;
};

interface Entry {
  owner: number;
  /** Lower case. */
  units: Uint16Array;
  folds: Uint8Array;
  /** From the anchor's start to the last of its rarest four. */
  lead: number;
  starts: boolean;
  ends: boolean;
}

const foldAt = (text: string, at: number): number => FOLD[text.charCodeAt(at)] as number;

/** How seldom a class is in texts. All digits are one class, of which numbers have many in a row. */
const rarityOf = (fold: number): number => {
  if (fold === DIGIT) return 0;
  return fold > 0 && fold <= 26 ? RARITY.indexOf(String.fromCharCode(fold + 96)) : RARITY.length;
};

/** Where in an anchor its rarest four neighbouring characters start. */
function rarestGram(anchor: string): number {
  const weight = (at: number): number => {
    let sum = 0;
    for (let i = 0; i < GRAM; i += 1) sum += rarityOf(foldAt(anchor, at + i));
    return sum;
  };
  let best = 0;
  for (let at = 1; at + GRAM <= anchor.length; at += 1) if (weight(at) > weight(best)) best = at;
  return best;
}

const FACTOR = 0x9e3779b1;
const slotOf = (gram: number): number => Math.imul(gram, FACTOR) >>> (32 - SET_BITS);

/** The four-character keys of an anchor, and how far behind its start they end. */
function gramsOf(anchor: string): { grams: number[]; lead: number } {
  const at = rarestGram(anchor);
  let gram = 0;
  for (let i = 0; i < Math.min(GRAM, anchor.length); i += 1) gram = (gram << 6) | foldAt(anchor, at + i);
  if (anchor.length >= GRAM) return { grams: [gram], lead: at + GRAM - 1 };
  // Three characters, and any fourth behind them: the text ends with NULs.
  return { grams: Array.from({ length: OTHER + 1 }, (_, after) => (gram << 6) | after), lead: GRAM - 1 };
}

const nextPowerOfTwo = (size: number): number => 1 << (32 - Math.clz32(size));

/** The pass's results for one text; its arrays are used again for the next one. */
export class IndexedText implements TextIndex {
  text = '';
  length = 0;
  units = new Uint16Array(0);
  runs = 0;
  runStarts = new Int32Array(0);
  runEnds = new Int32Array(0);
  groups = 0;
  groupStarts = new Int32Array(0);
  groupEnds = new Int32Array(0);
  unitsOr = 0;
  /** Where an anchor may end. */
  candidates = new Int32Array(0);
  /** The most digits that stand near one another. */
  longestCluster = 0;
  #bytes = Buffer.alloc(0);

  /** Copies a text in. */
  load(text: string): void {
    this.text = text;
    this.length = text.length;
    const wanted = text.length + 2;
    if (wanted > this.units.length || (this.units.length > KEPT_LENGTH && wanted < KEPT_LENGTH)) {
      const size = Math.max(4096, nextPowerOfTwo(wanted));
      this.units = new Uint16Array(size);
      this.#bytes = Buffer.from(this.units.buffer);
      for (const key of ['runStarts', 'runEnds', 'groupStarts', 'groupEnds'] as const)
        this[key] = new Int32Array((size >> 1) + 1);
      this.candidates = new Int32Array(size);
    }
    this.#bytes.write(text, 0, 'utf16le');
    this.units[text.length] = 0;
    this.units[text.length + 1] = 0;
  }

  /** From the digit runs: the groups around them, and how many digits stand together. */
  addGroups(): void {
    const { units, runs, runStarts, runEnds, groupStarts, groupEnds } = this;
    let groups = 0;
    let longest = 0;
    let digits = 0;
    let lastEnd = -MAX_DIGIT_GAP - 1;
    let groupEnd = 0;
    for (let i = 0; i < runs; i += 1) {
      const start = runStarts[i] as number;
      const end = runEnds[i] as number;
      digits = start - lastEnd <= MAX_DIGIT_GAP ? digits + end - start : end - start;
      lastEnd = end;
      if (digits > longest) longest = digits;
      if (start < groupEnd) continue;
      let from = start;
      while (from > groupEnd && isAlphanumericUnit(units[from - 1] as number)) from -= 1;
      let to = end;
      while (isAlphanumericUnit(units[to] as number)) to += 1;
      groupStarts[groups] = from;
      groupEnds[groups] = to;
      groups += 1;
      groupEnd = to;
    }
    this.groups = groups;
    this.longestCluster = longest;
  }
}

/**
 * The tight loop: fills the digit runs and the candidates, and calls nothing, so that the runtime keeps all of it in registers.
 * @param set bits of the grams that end an anchor's rarest four
 * @returns the number of candidates
 */
function readUnits(index: IndexedText, set: Uint32Array): number {
  const { units, length, runStarts, runEnds, candidates } = index;
  let gram = 0;
  let runs = 0;
  let count = 0;
  let inRun = false;
  let all = 0;
  for (let i = 0; i <= length; i += 1) {
    const unit = units[i] as number;
    const folded = FOLD[unit] as number;
    all |= unit;
    gram = ((gram << 6) | folded) & GRAM_MASK;
    const slot = Math.imul(gram, FACTOR) >>> (32 - SET_BITS);
    if ((((set[slot >>> 5] as number) >>> (slot & 31)) & 1) !== 0) candidates[count++] = i;
    if (folded === DIGIT) {
      if (!inRun) runStarts[runs] = i;
      inRun = true;
    } else if (inRun) {
      runEnds[runs++] = i;
      inRun = false;
    }
  }
  index.runs = runs;
  index.unitsOr = all;
  return count;
}

/** Which recognizers have something to do in a text, and where. */
export interface Reading {
  readonly index: IndexedText;
  /** The recognizers that must run, ascending. */
  owners: readonly number[];
  /** One byte per recognizer: 1 for those. */
  readonly active: Uint8Array;
  /** Where anchors of this recognizer stand, ascending. */
  hitsOf(owner: number): number[];
}

/**
 * A reader of texts for these recognizers. Its result is valid until it reads the next text.
 * @param usePrefilter false: all recognizers, with hits everywhere
 * @throws {RangeError} for an anchor of two characters: it would be found nowhere
 */
export function createTextReader(
  recognizers: readonly Recognizer[],
  usePrefilter = true,
): (text: string) => Reading {
  const bits = new Uint32Array(1 << (SET_BITS - 5));
  const slots = new Uint16Array(1 << SET_BITS); // slot -> index into entries, 0 for none
  const entries: Entry[][] = [[]];
  const singles: { char: string; owner: number }[] = [];
  const always: number[] = [];

  const addAnchor = (anchor: Anchor, owner: number, name: string): void => {
    const { text, starts = false, ends = false } = typeof anchor === 'string' ? { text: anchor } : anchor;
    if (text.length === 2 || text.length === 0)
      throw new RangeError(`recognizer ${name}: anchor "${text}" must have 1 or at least 3 characters`);
    if (text.length === 1) {
      singles.push({ char: text, owner });
      return;
    }
    const { grams, lead } = gramsOf(text);
    const units = Uint16Array.from(text, (char) => lowerUnit(char.charCodeAt(0)));
    const folds = Uint8Array.from(units, (unit) => FOLD[unit] as number);
    for (const gram of grams) {
      const slot = slotOf(gram);
      bits[slot >>> 5] = (bits[slot >>> 5] as number) | (1 << (slot & 31));
      if (slots[slot] === 0) slots[slot] = entries.push([]) - 1;
      (entries[slots[slot] as number] as Entry[]).push({ owner, units, folds, lead, starts, ends });
    }
  };
  recognizers.forEach(({ anchors, name }, owner) => {
    if (anchors === undefined) always.push(owner);
    for (const anchor of anchors ?? []) addAnchor(anchor, owner, name);
  });

  const index = new IndexedText();
  const active = new Uint8Array(recognizers.length);
  const everyone = recognizers.map((_, owner) => owner);
  const minDigits = Int32Array.from(recognizers, (recognizer) => recognizer.minDigits ?? 0);
  const mostDigits = Math.max(0, ...minDigits);
  // There are hundreds of recognizers, and of most texts few have anything to read: those without anchors are sorted beforehand by
  // the digits that they need together.
  const unanchored = Array.from({ length: mostDigits + 1 }, (_, digits) =>
    always.filter((owner) => (minDigits[owner] as number) <= digits),
  );
  const isUncertain = recognizers.some(({ mayContain }) => mayContain !== undefined);
  /** Those with an anchor in the text, in the order of their first hits. */
  const touched: number[] = [];
  const touch = (owner: number): void => {
    active[owner] = 1;
    touched.push(owner);
  };
  // Hits as one chain per recognizer.
  const first = new Int32Array(recognizers.length).fill(-1);
  const last = new Int32Array(recognizers.length);
  let hits = 0;
  let hitAt = new Int32Array(256);
  let hitNext = new Int32Array(256);

  const addHit = (owner: number, at: number): void => {
    if (active[owner] === 1 && hitAt[last[owner] as number] === at) return;
    if (hits === hitAt.length) {
      const [oldAt, oldNext] = [hitAt, hitNext];
      hitAt = new Int32Array(hits * 2);
      hitNext = new Int32Array(hits * 2);
      hitAt.set(oldAt);
      hitNext.set(oldNext);
    }
    hitAt[hits] = at;
    hitNext[hits] = -1;
    if (active[owner] === 1) hitNext[last[owner] as number] = hits;
    else {
      first[owner] = hits;
      touch(owner);
    }
    last[owner] = hits;
    hits += 1;
  };

  const isAt = ({ units: anchor, folds, starts, ends }: Entry, start: number): boolean => {
    const { units, length } = index;
    const end = start + anchor.length;
    if (start < 0 || end > length) return false;
    for (let i = 0; i < folds.length; i += 1) {
      const unit = units[start + i] as number;
      const folded = FOLD[unit] as number;
      // Letters, digits and signs have a class of their own.
      if (folded !== folds[i] || (folded >= CONTROL && lowerUnit(unit) !== anchor[i])) return false;
    }
    if (starts && start > 0 && joins(units[start - 1] as number)) return false;
    return !(ends && isLetter(units[end] as number));
  };

  const read = (): void => {
    const { units, candidates } = index;
    const count = readUnits(index, bits);
    for (let i = 0; i < count; i += 1) {
      const end = candidates[i] as number;
      let gram = 0;
      for (let at = Math.max(0, end - GRAM + 1); at <= end; at += 1)
        gram = (gram << 6) | (FOLD[units[at] as number] as number);
      const found = entries[slots[slotOf(gram)] as number] as Entry[];
      for (let k = 0; k < found.length; k += 1) {
        const entry = found[k] as Entry;
        if (isAt(entry, end - entry.lead)) addHit(entry.owner, end - entry.lead);
      }
    }
  };

  const reading: Reading = {
    index,
    owners: [],
    active,
    hitsOf(owner) {
      if (!usePrefilter) return Array.from({ length: index.length }, (_, at) => at);
      const places: number[] = [];
      let isAscending = true;
      for (let hit = first[owner] as number; hit >= 0; hit = hitNext[hit] as number) {
        const at = hitAt[hit] as number;
        if (places.length > 0 && at <= (places.at(-1) as number)) isAscending = false;
        places.push(at);
      }
      return isAscending ? places : [...new Set(places)].sort((a, b) => a - b);
    },
  };

  const owners: number[] = [];
  reading.owners = owners;

  /** The recognizers to run, ascending, out of those with anchors in the text and those that need none. */
  function chooseOwners(text: string): void {
    const others = unanchored[Math.min(index.longestCluster, mostDigits)] as number[];
    sortFew(touched, ascending);
    owners.length = 0;
    let next = 0;
    for (let i = 0; i <= touched.length; i += 1) {
      const owner = i < touched.length ? (touched[i] as number) : recognizers.length;
      for (; next < others.length && (others[next] as number) < owner; next += 1)
        owners.push(others[next] as number);
      if (owner === recognizers.length) break;
      if ((minDigits[owner] as number) <= index.longestCluster) owners.push(owner);
      else active[owner] = 0;
    }
    if (isUncertain) dropUncertain(text);
    for (let i = 0; i < owners.length; i += 1) active[owners[i] as number] = 1;
  }

  function dropUncertain(text: string): void {
    let kept = 0;
    for (const owner of owners) {
      if ((recognizers[owner] as Recognizer).mayContain?.(text) === false) active[owner] = 0;
      else owners[kept++] = owner;
    }
    owners.length = kept;
  }

  return (text) => {
    index.load(text);
    for (let i = 0; i < owners.length; i += 1) {
      active[owners[i] as number] = 0;
      first[owners[i] as number] = -1;
    }
    for (let i = 0; i < touched.length; i += 1) first[touched[i] as number] = -1;
    touched.length = 0;
    hits = 0;
    if (hitAt.length > KEPT_LENGTH) {
      hitAt = new Int32Array(256);
      hitNext = new Int32Array(256);
    }
    read();
    index.addGroups();
    for (const { char, owner } of singles) if (active[owner] === 0 && text.includes(char)) touch(owner);
    if (usePrefilter) chooseOwners(text);
    else {
      active.fill(1);
      owners.length = 0;
      owners.push(...everyone);
    }
    return reading;
  };
}

const ascending = (a: number, b: number): number => a - b;

const isLetter = (unit: number): boolean => {
  const folded = FOLD[unit] as number;
  return folded > 0 && folded < DIGIT;
};
/** Letters and digits of ASCII and Latin. */
const joins = (unit: number): boolean => isAlphanumericUnit(unit) || (unit >= 0xc0 && unit <= 0x2ff);
