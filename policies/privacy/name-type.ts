// Persons that the tagger takes for a company or a place: `María de la Cruz y Ortega` is written as firms of two partners are.

const WORD = "\\p{Lu}[\\p{L}\\p{M}'’-]+";
const PARTICLE = '(?:[Dd]e(?: l[ao]s?)?|[Dd]el|[Dd][ao]s?)';
/** Forenames, a particle and a surname, and another surname behind `y`. */
const TWO_SURNAMES = new RegExp(
  `^(${WORD})(?: ${WORD}){0,2} ${PARTICLE} ${WORD} [yei] (?:${PARTICLE} )?${WORD}$`,
  'u',
);

/** Is a company or place of this spelling somebody? @param isForename is the word a forename? */
export function isPersonsName(value: string, isForename: (word: string) => boolean): boolean {
  const first = TWO_SURNAMES.exec(value)?.[1];
  return first !== undefined && isForename(first);
}
