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
const REST_OF_CODE = /^(?:[A-Z]{1,3}|[a-z]{2})(?![\p{L}\p{N}])/u;
/** The house in front of a street's word: `11100 rua carvalho`. */
const HOUSE_BEFORE = /(?<![\p{L}\p{N}.,/-])\d{1,5}[a-zA-Z]?,? $/u;
const BEGINS_WITH_STREET =
  /^(?:rua|avenida|alameda|travessa|rodovia|praça|rue|avenue|boulevard|place|passage|quai|impasse|allée|chemin)(?!\p{L})/iu;
/** A postal code: `90813-440`, `G92 49A`. */
const ENDS_IN_CODE = /(?<![\p{L}\p{N}])(?=[\p{L}\p{N}]*\p{Nd})[\p{L}\p{N}]{2,8}$/u;
const BEFORE_TOWN = /^[,،]?[ \n]$/;

/** A street's word in front of whom it is named after, and the house behind. */
const STREET_BEFORE =
  /(?<![\p{L}\d])(?:[Cc]alle|[Cc]\/|[Aa]vda?\.?|[Aa]venida|[Pp]laza|[Pp]aseo|[Cc]arretera|[Rr]ua|[Tt]ravessa|[Pp]raça|[Rr]ue|[Aa]venue|[Qq]uai|[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso|[Uu]l\.|[Uu]lic[ay]|[Aa]l\.|[Pp]l\.) ?(?:d[aeo]s? |del |de la |du |della )?$/u;
const NUMBER_BEHIND = /^,? (?:n[.ºo°]{0,2} ?)?\d{1,4}(?:[a-zA-Z]|º [A-Z])?(?![\p{L}\p{N}])/u;

/** The address of which a person that was found is the street: `rue Jean Moulin, 12`. */
export function streetNamedAfter(
  text: string,
  start: number,
  end: number,
): { start: number; end: number } | null {
  // First what hardly anything has: most persons have no number behind them.
  const behind = NUMBER_BEHIND.exec(text.slice(end, end + 16));
  const before = behind === null ? null : STREET_BEFORE.exec(text.slice(Math.max(0, start - 24), start));
  return before === null || behind === null
    ? null
    : { start: start - before[0].length, end: end + behind[0].length };
}

/** A street's word alone, and a name in small letters up to the house: `Av. ventisquero de la condesa, 66`. */
const STREET_WORD = /^(?:C|[Cc]alle|Av|Avda?|Avenida|Paseo|Plaza|Carretera|Ctra|Rua|Via|Viale|Ul|Rue)[./]?$/u;
const NAME_AND_NUMBER =
  /^[./]? \p{Ll}[\p{L}\p{M}'’]*(?: [\p{L}\p{M}'’]+){0,5},? (?:n[.ºo°]{0,2} ?)?\d{1,4}[a-zA-Z]?(?![\p{L}\p{N}])/u;

/** Between a house and the rest of its address: a flat, a floor, a code. */
const BEFORE_REST = /^(?:, ?| - | )$/;
const REST_OF_ADDRESS =
  /^(?:\d{1,3} ?[ºªo°.](?!\d)|\d{4,5} \p{Lu}|[Bb]ajo|[Pp]iso|[Pp]lanta|[Pp]ortal|[Ee]sc|[Ii]nt\.|[Aa]pto?\b|[Ff]lat|[Uu]nit|[Ss]uite)/u;

/** Is an address that begins at `start` the rest of the one before it? `Calle Mayor, 3` `2º B 28001 Madrid` */
export function isRestOfAddress(
  text: string,
  address: { start: number; end: number },
  start: number,
): boolean {
  const gap = text.slice(address.end, start);
  return (
    (BEFORE_REST.test(gap) && REST_OF_ADDRESS.test(text.slice(start, start + 12))) ||
    (gap === ' ' && STREET_WORD.test(text.slice(address.start, address.end)))
  );
}

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
  const behind =
    GLUED_BEHIND.exec(text.slice(end, end + REACH)) ??
    (STREET_WORD.test(text.slice(start, end)) ? NAME_AND_NUMBER.exec(text.slice(end, end + REACH)) : null);
  let to = end + (behind?.[0].length ?? 0);
  if (/\d/.test(text[to - 1] as string)) to += REST_OF_CODE.exec(text.slice(to, to + 4))?.[0].length ?? 0;
  if (ENDS_IN_PARTICLE.test(text.slice(Math.max(start, to - 8), to)))
    to += NEXT_WORD.exec(text.slice(to, to + REACH))?.[0].length ?? 0;
  const glued = GLUED_BEFORE.exec(text.slice(Math.max(0, start - REACH), start));
  let from = start - (glued?.[0].length ?? 0);
  from -= BEFORE.exec(text.slice(Math.max(0, from - REACH), from))?.[0].length ?? 0;
  if (BEGINS_WITH_STREET.test(text.slice(from, from + 12)))
    from -= HOUSE_BEFORE.exec(text.slice(Math.max(0, from - 8), from))?.[0].length ?? 0;
  return { start: from, end: to };
}
