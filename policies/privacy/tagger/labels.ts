// What the tagger finds, and its tags: O, then begin and inside of each type.

export const TYPES = ['PERSON', 'ADDRESS', 'LOCATION', 'ORGANIZATION'] as const;
export type TaggedType = (typeof TYPES)[number];
export const TAGGED_TYPES: ReadonlySet<string> = new Set(TYPES);

/** Tag 0 is O; 1 + 2 t begins a TYPES[t], 2 + 2 t goes on with it. */
export const N_TAGS = 1 + 2 * TYPES.length;
/** O's weights are zero and not stored. */
export const N_WEIGHTS = N_TAGS - 1;

export const beginOf = (type: number): number => 1 + 2 * type;
export const typeOf = (tag: number): number => (tag - 1) >> 1;
export const isInside = (tag: number): boolean => tag > 0 && tag % 2 === 0;

/** May `to` follow `from`? Only a begin or an inside of the same type comes before an inside. */
export const mayFollow = (from: number, to: number): boolean =>
  !isInside(to) || (from > 0 && typeOf(from) === typeOf(to));
