// Do context words of a recognizer stand near a match? All recognizers' words are one table, by a hash of their first word. A
// place's neighbourhood is read once, however many recognizers ask about it.
import type { Recognizer, TextIndex } from '../../contract/recognizer.ts';
import { lowerUnit } from './text-index.ts';
import { isWordUnit as isForeignWordUnit } from './word-units.ts';

/** Characters on each side of a match in which context words count. */
const WINDOW = 50;
/** From the so-manieth place on, a text that is no longer than this is read whole. */
const MANY = 3;
const SHORT = 1 << 14;
const SPACE = 32;
const HYPHEN = 45;
const UNDERSCORE = 95;
const SMALL_S = 115;
/** Chinese has no spaces between words. */
const IDEOGRAPHS = 0x2e80;

/** Upper-case ASCII letter? */
const isCapital = (unit: number): boolean => unit >= 65 && unit <= 90;
const isSmall = (unit: number): boolean => unit >= 97 && unit <= 122;
/** Letters and digits of alphabets with spaces between words. */
const isWordUnit = (unit: number): boolean =>
  isSmall(unit) || isCapital(unit) || (unit >= 48 && unit <= 57) || isForeignWordUnit(unit);

/** Units of words in lower case; 0 for all others and for ideographs. */
const WORD_UNIT = new Uint16Array(1 << 16);
for (let unit = 0; unit < IDEOGRAPHS; unit += 1) if (isWordUnit(unit)) WORD_UNIT[unit] = lowerUnit(unit);

const FILTER_BITS = 14;
const FACTOR = 0x01000193;
const step = (hash: number, unit: number): number => Math.imul(hash ^ unit, FACTOR);
const START = 0x811c9dc5 | 0; // FNV-1a

interface Word {
  id: number;
  text: string;
}

/** Does a word or phrase stand at `at`, in any case, with `_`, `-` or the beginning of a `camelCase` word for a space? */
function standsAt(units: Uint16Array, at: number, limit: number, text: string): boolean {
  let place = at;
  for (let i = 0; i < text.length; i += 1) {
    const wanted = text.charCodeAt(i);
    const unit = place < limit ? (units[place] as number) : 0;
    if (wanted === SPACE && isCapital(unit) && isSmall(units[place - 1] as number)) continue;
    if (lowerUnit(unit) !== wanted && !(wanted === SPACE && (unit === UNDERSCORE || unit === HYPHEN)))
      return false;
    place += 1;
  }
  // `phone_number`, `userPhone` and `phones` count as "phone"; `microphones` does not.
  const after = place < limit ? (units[place] as number) : SPACE;
  return !isWordUnit(after) || after === SMALL_S || (isCapital(after) && isSmall(units[place - 1] as number));
}

/**
 * Words before a number that say it is none of a person's: `version 4155550132`, `created_at: 1719168000`. They outweigh a context
 * word that stands further off.
 */
const AGAINST =
  'version,ver,build,revision,rev,commit,sha,sha1,sha256,md5,hash,checksum,digest,etag,nonce,seed,timestamp,ts,epoch,unix,' +
  'created,updated,modified,expires,offset,size,length,bytes,byte,port,pid,tid,thread,line,lines,px,width,height,duration,latency,' +
  'start time,end time,start_time,end_time,elapsed,took,uptime,sequence,seq,index,count,total,uuid,guid,trace,span,request,session,commit id,error,errno,status,exit,' +
  'price,amount,usd,eur,isbn,issn,doi,pmid,arxiv,sku,upc,ean,asin,item,article,artikel,chapter,page,seite,section,rfc,cve,ticket,bug';
/** Such a word counts when it begins so near. */
const AGAINST_WINDOW = 24;

export type ContextSearch = (
  owner: number,
  index: TextIndex,
  start: number,
  end: number,
  isWeak: boolean,
) => boolean;

/**
 * @returns does a context word of recognizer `owner` stand near `start` … `end` of the text? For a weak match, no word that speaks
 * against it may stand nearer
 */
export function createContextSearch(recognizers: readonly Recognizer[]): ContextSearch {
  const ids = new Map<string, number>();
  const words = new Map<number, Word[]>();
  /** By the high bits of a hash: does a listed word have it? Most words of a text are known not to by this alone. */
  const mayBeListed = new Uint8Array(1 << FILTER_BITS);
  const ideographs: Word[] = [];
  const signs: Word[] = [];
  const addWord = (text: string): number => {
    const known = ids.get(text);
    if (known !== undefined) return known;
    const word = { id: ids.size, text };
    ids.set(text, word.id);
    let hash = START;
    let i = 0;
    for (; i < text.length && isWordUnit(text.charCodeAt(i)); i += 1) hash = step(hash, text.charCodeAt(i));
    if (text.charCodeAt(0) >= IDEOGRAPHS) ideographs.push(word);
    else if (i === 0) signs.push(word);
    else if (words.has(hash)) (words.get(hash) as Word[]).push(word);
    else words.set(hash, [word]);
    mayBeListed[hash >>> (32 - FILTER_BITS)] = 1;
    return word.id;
  };
  const wordsOf = recognizers.map(({ context = [] }) => context.map(addWord));
  const against = new Set(AGAINST.split(',').map(addWord));

  /** Are the words below in the order of their places? */
  let isSorted = true;
  // Words and where they stand, from `from` to `limit` of the text that was read last.
  let count = 0;
  let hitIds = new Int32Array(64);
  let hitStarts = new Int32Array(64);
  let hitEnds = new Int32Array(64);
  const addHit = (id: number, start: number, end: number): void => {
    if (count === hitIds.length) {
      hitIds = grown(hitIds);
      hitStarts = grown(hitStarts);
      hitEnds = grown(hitEnds);
    }
    hitIds[count] = id;
    hitStarts[count] = start;
    hitEnds[count] = end;
    count += 1;
  };

  function addHits(hash: number, units: Uint16Array, at: number, limit: number): void {
    if (mayBeListed[hash >>> (32 - FILTER_BITS)] === 0) return;
    const found = words.get(hash);
    if (found === undefined) return;
    for (let i = 0; i < found.length; i += 1) {
      const { id, text } = found[i] as Word;
      if (standsAt(units, at, limit, text)) addHit(id, at, at + text.length);
    }
  }

  function readWords(index: TextIndex, from: number, limit: number): void {
    const { units } = index;
    for (let at = from; at < limit; at += 1) {
      let unit = units[at] as number;
      let small = WORD_UNIT[unit] as number;
      if (small === 0) continue;
      let hash = START;
      let before = START; // without the last letter
      let end = at;
      let isSmallBefore = false;
      do {
        before = hash;
        hash = step(hash, small);
        isSmallBefore = isSmall(unit);
        end += 1;
        unit = end < limit ? (units[end] as number) : SPACE;
        small = WORD_UNIT[unit] as number;
      } while (small !== 0 && !(isSmallBefore && isCapital(unit)));
      addHits(hash, units, at, limit);
      if (units[end - 1] === SMALL_S) addHits(before, units, at, limit);
      at = end - 1;
    }
    const ordered = count;
    if (signs.length > 0) addPlaces(signs, index.text, from, limit);
    if (index.unitsOr >= IDEOGRAPHS) addPlaces(ideographs, index.text, from, limit);
    isSorted = count === ordered;
  }

  function addPlaces(wanted: readonly Word[], text: string, from: number, limit: number): void {
    const piece = text.slice(from, limit);
    for (const { id, text: word } of wanted)
      for (let at = piece.indexOf(word); at >= 0; at = piece.indexOf(word, at + 1))
        addHit(id, from + at, from + at + word.length);
  }

  /** When each word was last seen: the number of the neighbourhood. */
  const seen = new Uint32Array(ids.size);
  /** Where it was seen: its last place before the match, or behind it. */
  const seenAt = new Int32Array(ids.size);
  let neighbourhood = 0;
  let lastAgainst = -1;
  let places = 0; // asked about in this text
  let isWhole = false;
  let lastIndex: TextIndex | null = null;
  let [lastText, lastStart, lastEnd] = ['', -1, -1];
  let texts = 0;
  /** By recognizer: the last text that was read whole and has a word of it. */
  const lastTextWith = new Uint32Array(recognizers.length);
  const ownersOf: number[][] = Array.from(ids, () => []);
  wordsOf.forEach((wanted, owner) => {
    for (const id of wanted) (ownersOf[id] as number[]).push(owner);
  });
  const markOwners = (id: number): void => {
    for (const owner of ownersOf[id] as number[]) lastTextWith[owner] = texts;
  };

  /** Marks the words between two places, of those that were read. */
  function markBetween(from: number, to: number): void {
    for (let i = isWhole ? firstFrom(hitStarts, count, from) : 0; i < count; i += 1) {
      if ((hitStarts[i] as number) >= to && isWhole) break;
      const id = hitIds[i] as number;
      const at = hitStarts[i] as number;
      if (at < from || (hitEnds[i] as number) > to) continue;
      seen[id] = neighbourhood;
      seenAt[id] = at;
      if (at > lastAgainst && at < lastStart && at >= lastStart - AGAINST_WINDOW && against.has(id))
        lastAgainst = at;
    }
  }

  function readPlace(index: TextIndex, start: number, end: number): void {
    neighbourhood += 1;
    [lastStart, lastEnd, lastAgainst] = [start, end, -1];
    places += 1;
    const from = Math.max(0, start - WINDOW);
    const to = Math.min(index.length, end + WINDOW);
    if (!isWhole) {
      count = 0;
      // Many places in a short text: all of it once.
      isWhole = places > MANY && index.length <= SHORT;
      if (isWhole) {
        readWords(index, 0, index.length);
        sortHits();
        for (let i = 0; i < count; i += 1) markOwners(hitIds[i] as number);
      } else {
        readWords(index, from, start);
        readWords(index, end, to);
      }
    }
    markBetween(end, to);
    markBetween(from, start);
  }

  /** By their start: signs and ideographs were added last. */
  function sortHits(): void {
    if (isSorted) return;
    const order = Array.from({ length: count }, (_, i) => i).sort(
      (a, b) => (hitStarts[a] as number) - (hitStarts[b] as number),
    );
    const [a, b, c] = [hitIds.slice(0, count), hitStarts.slice(0, count), hitEnds.slice(0, count)];
    order.forEach((from, to) => {
      hitIds[to] = a[from] as number;
      hitStarts[to] = b[from] as number;
      hitEnds[to] = c[from] as number;
    });
  }

  return (owner, index, start, end, isWeak) => {
    const wanted = wordsOf[owner] as number[];
    if (wanted.length === 0) return false;
    if (lastIndex !== index || lastText !== index.text) {
      [lastIndex, lastText, places, isWhole] = [index, index.text, 0, false];
      [lastStart, lastEnd] = [-1, -1];
      texts += 1;
    }
    if (isWhole && lastTextWith[owner] !== texts) return false;
    if (lastStart !== start || lastEnd !== end) readPlace(index, start, end);
    for (let i = 0; i < wanted.length; i += 1) {
      const id = wanted[i] as number;
      if (seen[id] !== neighbourhood) continue;
      const at = seenAt[id] as number;
      if (!isWeak || lastAgainst < 0 || (at < start && at >= lastAgainst)) return true;
    }
    return false;
  };
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** Index of the first of sorted numbers that is `value` or more. */
function firstFrom(sorted: Int32Array, count: number, value: number): number {
  let low = 0;
  for (let high = count; low < high; ) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
