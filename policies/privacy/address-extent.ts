// How far an address goes beyond what the tagger marked: over the rest of names with hyphens (`Aulnay` in `Aulnay-sous-Bois`),
// particles and points of the compass in front of a street (`van der Meerstraat`, `Östra Kyrkgränden`), abbreviations (`al. Róż`),
// and over what a particle at its end announces (`Castello del` in `Castello del Friuli`).

const REACH = 60;
/** Glued to its end: `-sous-Bois`, `-d'Ascq`, `-upon-Trent`. */
const GLUED_BEHIND = /^(?:[-‐‑'’][\p{L}\p{M}]+)+/u;
/** Glued to its beginning: `Bertha-von-`. */
const GLUED_BEFORE = /(?:[\p{L}\p{M}]+[-‐‑'’])+$/u;
/** In front of a street's name. */
const BEFORE =
  /(?<![\p{L}\p{M}\d-])(?:(?:[Vv]an|[Vv]on) (?:de[rnmt]? )?|den |de[rnl]? |'t |(?:Östra|Västra|Norra|Södra|Stora|Lilla|Nedre|Övre|Alte[rn]?|Neue[rn]?|Große[rn]?|Kleine[rn]?|Obere[rn]?|Untere[rn]?|North|South|East|West|Upper|Lower|Old|New|Great|Little|Via|Viale|Calle|Rua|Rue|Ulica) |(?:[Uu]l|[Aa]l|[Pp]l|[Oo]s|[Ww]yb|[Bb]ulw|[Ss]kw|[Nn]ám|[Tt]ř|[Aa]v|[Aa]vda|[Bb]d|[Bb]lvd|[Pp]za|[Cc]tra|[Ss]tr|[Cc])\. ?)$/u;
const ENDS_IN_PARTICLE =
  /(?<![\p{L}\p{M}])(?:de[lrns]?|della|di|da|do[s]?|du|la|le|les|sul|sur|sous|nad|pod|u|an der|am|upon|aan|op)$/u;
const NEXT_WORD = /^ (?:[a-z]{1,3}['’])?[\p{L}\p{M}]+(?:[-'’][\p{L}\p{M}]+)*/u;

/** The rest of a code: `CM` in `SE3C 9CM`. */
const REST_OF_CODE = /^[A-Z]{1,3}(?![\p{L}\p{N}])/u;
/** A postal code: `90813-440`, `G92 49A`. */
const ENDS_IN_CODE = /(?<![\p{L}\p{N}])(?=[\p{L}\p{N}]*\p{Nd})[\p{L}\p{N}]{2,8}$/u;
const BEFORE_TOWN = /^[,،]?[ \n]$/;

/**
 * Is what was found from `start` on the town of the address before it? A place is, behind a comma too; whatever is called as a person or a company
 * only right behind a code: `90876-107 Albuquerque do Sul`.
 */
export function isTownOf(
  text: string,
  address: { start: number; end: number },
  { type, start }: { type: string; start: number },
): boolean {
  const gap = text.slice(address.end, start);
  if (type === 'LOCATION') return BEFORE_TOWN.test(gap);
  return gap === ' ' && ENDS_IN_CODE.test(text.slice(Math.max(address.start, address.end - 10), address.end));
}

/** Where an address that was found from `start` to `end` begins and ends. */
export function addressExtent(text: string, start: number, end: number): { start: number; end: number } {
  const behind = GLUED_BEHIND.exec(text.slice(end, end + REACH));
  let to = end + (behind?.[0].length ?? 0);
  if (/\d/.test(text[to - 1] as string)) to += REST_OF_CODE.exec(text.slice(to, to + 4))?.[0].length ?? 0;
  if (ENDS_IN_PARTICLE.test(text.slice(Math.max(start, to - 8), to)))
    to += NEXT_WORD.exec(text.slice(to, to + REACH))?.[0].length ?? 0;
  const glued = GLUED_BEFORE.exec(text.slice(Math.max(0, start - REACH), start));
  let from = start - (glued?.[0].length ?? 0);
  from -= BEFORE.exec(text.slice(Math.max(0, from - REACH), from))?.[0].length ?? 0;
  return { start: from, end: to };
}
