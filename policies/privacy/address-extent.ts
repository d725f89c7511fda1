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
  /(?<![\p{L}\p{M}\d-])(?:(?:[Vv]an|[Vv]on) (?:de[rnmt]? )?|den |de[rnl]? |'t |(?:Östra|Västra|Norra|Södra|Stora|Lilla|Nedre|Övre|Alte[rn]?|Neue[rn]?|Große[rn]?|Kleine[rn]?|Obere[rn]?|Untere[rn]?|North|South|East|West|Upper|Lower|Old|New|Great|Little|Via|Viale|Calle|Rua|Rue|Ulica) |(?:ul|al|pl|os|wyb|bulw|skw|nám|tř|av|avda|bd|blvd|bvd|pza|plz|ctra|str|c|v|r)\. ?)$/u;
const ENDS_IN_PARTICLE =
  /(?<![\p{L}\p{M}])(?:de[lrns]?|della|di|da|do[s]?|du|la|le|les|sul|sur|sous|nad|pod|u|an der|am|upon|aan|op)$/u;
const NEXT_WORD = /^ (?:[a-z]{1,3}['’])?[\p{L}\p{M}]+(?:[-'’][\p{L}\p{M}]+)*/u;

/** Where an address that was found from `start` to `end` begins and ends. */
export function addressExtent(text: string, start: number, end: number): { start: number; end: number } {
  const behind = GLUED_BEHIND.exec(text.slice(end, end + REACH));
  let to = end + (behind?.[0].length ?? 0);
  if (ENDS_IN_PARTICLE.test(text.slice(Math.max(start, to - 8), to)))
    to += NEXT_WORD.exec(text.slice(to, to + REACH))?.[0].length ?? 0;
  const glued = GLUED_BEFORE.exec(text.slice(Math.max(0, start - REACH), start));
  let from = start - (glued?.[0].length ?? 0);
  from -= BEFORE.exec(text.slice(Math.max(0, from - REACH), from))?.[0].length ?? 0;
  return { start: from, end: to };
}
