// How far a person's name goes beyond what the tagger marked: over the rest of a word with hyphens (`Jean` in `Jean-Baptiste`),
// elided particles (`d’Artagnan`), `von und zu`, and the `y` of Spanish surnames. One name must be one placeholder.

/** Glued to the name: `-Baptiste`, `’Brien`. */
const GLUED = /^(?:[-‐‑'’]\p{Lu}[\p{L}\p{M}]*)+/u;
/** `d’Artagnan`, `de l'Estoile`, `dell’Acqua`. */
const ELIDED = /^ (?:(?:d[ei]|de la|du) )?(?:[dDlL]|[dD]ell|[dD]all|[sS]ant)['’]\p{Lu}[\p{L}\p{M}]+/u;
const UND_ZU = /^ (?:von und zu|von und zum|von und zur|zu und von)(?: \p{Lu}[\p{L}\p{M}]+)+/u;
/** `Ortega y Gasset`: no other name follows, which would make it two persons. */
const AND = /^ [yeé] (?:de )?(?:l[ao]s? )?(\p{Lu}[\p{L}\p{M}]+)(?![\p{L}\p{M}]|['’-]\p{L}| \p{Lu})/u;

/** `de la Torre`, behind forenames alone: their surname is still to come. */
const PARTICLE = /^ (?:de l[ao]s?|del|d[ao]s?|van de[rn]?|von der) \p{Lu}[\p{L}\p{M}]+/u;

/** A piece longer than any name is not read. */
const REACH = 80;
const MAX_STEPS = 4;

/** A capitalised word in front: `Хохлова` in `Хохлова Галина Валентиновна`. */
const WORD_BEFORE = /(?<![\p{L}\p{M}\d_@#$.'’-])(\p{Lu}[\p{Ll}\p{M}]+) $/u;
/** What stands before that begins a sentence or a line. */
const SENTENCE_START = /(?:^|[.!?:;\n"“«>*#|-]\s*)$/;

/**
 * Where a person's name that was found begins: one word earlier, if that is capitalised within a sentence, and in a script that the
 * tagger was not trained on, or a forename before a whole name.
 */
export function personStart(
  text: string,
  start: number,
  end: number,
  isForename: (word: string) => boolean,
): number {
  const before = text.slice(Math.max(0, start - REACH), start);
  const match = WORD_BEFORE.exec(before);
  if (match === null || SENTENCE_START.test(before.slice(0, match.index))) return start;
  const word = match[1] as string;
  const name = text.slice(start, end);
  const isPart = /\p{Script=Latin}/u.test(word)
    ? / /.test(name) && !name.startsWith(word) && isForename(word)
    : !name.startsWith(word);
  return isPart ? start - match[0].length : start;
}

/** What the lists say of a word. */
export interface NameLists {
  isForename(word: string): boolean;
  /** No surname as well: after `y` it begins another person. */
  isForenameOnly(word: string): boolean;
}

const particle = (name: string, ahead: string, { isForename }: NameLists): RegExpExecArray | null =>
  name.split(' ').every(isForename) ? PARTICLE.exec(ahead) : null;

/** Where a person's name that was found up to `end` ends. */
export function personEnd(text: string, start: number, end: number, lists: NameLists): number {
  let at = end;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const unit = text.charCodeAt(at);
    // Most names end before a sign or a word in small letters that is none of these.
    if (unit !== 32 && unit !== 39 && unit !== 45 && unit < 0x2010) return at;
    const ahead = text.slice(at, at + REACH);
    const more =
      GLUED.exec(ahead) ??
      ELIDED.exec(ahead) ??
      UND_ZU.exec(ahead) ??
      particle(text.slice(start, at), ahead, lists);
    if (more !== null) {
      at += more[0].length;
      continue;
    }
    const and = AND.exec(ahead);
    if (and === null || lists.isForenameOnly(and[1] as string) || !/\s/.test(text.slice(start, at)))
      return at;
    at += and[0].length;
  }
  return at;
}

/** Where a sentence ends inside of what was tagged: `Eze. Haruto` is two persons. */
const SENTENCE_END = /(?<=(\p{L}[\p{Ll}\p{M}]{2,}))\. +(?=\p{Lu})/gu;
/** Three letters and more before a full stop that ends no sentence. */
const ABBREVIATION =
  /^(?:mrs|prof|dra|sra|srta|sig|dott|mme|ing|mag|rev|hon|capt|col|gen|sgt|sta|ste|chas|geo|jos|thos|fra|hno|phd|mgr|inż|med|dipl|habil|abg|dhr|mevr)$/i;

/** The sentences' parts of a person's name that was found from `start` to `end`; mostly itself alone. */
export function personParts(text: string, start: number, end: number): [start: number, end: number][] {
  const name = text.slice(start, end);
  if (!name.includes('. ')) return [[start, end]];
  const parts: [number, number][] = [];
  let from = 0;
  for (const match of name.matchAll(SENTENCE_END)) {
    if (ABBREVIATION.test(match[1] as string)) continue;
    parts.push([start + from, start + match.index]);
    from = match.index + match[0].length;
  }
  return [...parts, [start + from, end]];
}
