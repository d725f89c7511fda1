// Sentence frames of one language. Slots in braces: {NAME} {FIRST} {LAST} {INFORMAL} {CAPS} {INITIAL} of persons, {ADDRESS} {STREET} {ROAD} {CITY}
// {REGION} {COUNTRY}, {COMPANY}; untagged: {EMAIL} {PHONE} {DATE} {TIME} {NUM} {AMOUNT} {ID} {JOB} {PRODUCT} {WORD} {MONTH}
// {ABBR} {TERM} {LOREM}.
export interface Frames {
  /** Locales of @faker-js/faker, the first the most usual. */
  locales: readonly string[];
  prose: readonly string[];
  /** Keys of forms: what they are called, and the slot of their value, or `=a|b` for values that are nobody's. */
  fields: readonly (readonly [key: string, slot: string])[];
  /** Sentences without anything to find, with capitals and numbers. */
  plain: readonly string[];
}
