// A recognizer of ids that have a layout and a check digit or another rule.
import { defineRecognizer, type Recognizer } from '../../contract/recognizer.ts';
import { expandLayout } from './layouts.ts';

export interface IdDefinition extends Pick<Recognizer, 'name' | 'type' | 'examples' | 'context'> {
  /**
   * Layouts with the score of a valid id that is written so: `d` a digit, `a` a letter, `x` either, other characters
   * themselves, `?` what stands before it may be missing. Below 0.5 it counts only beside a context word: a tenth of all
   * numbers have a right check digit.
   */
  layouts: readonly (readonly [layout: string, score: number])[];
  /** Its letters must be upper case: small ones look like code. */
  isUpperCase?: true;
  /** @param id without separators, upper case */
  isValid?(id: string): boolean;
}

const isDigit = (char: string): boolean => char === 'd';

/** The longest run of digits with at most three other characters between neighbours, as text-index.ts counts them. */
function digitRun(layout: string): number {
  let [run, longest, last] = [0, 0, -9];
  [...layout].forEach((char, at) => {
    if (!isDigit(char)) return;
    run = at - last <= 4 ? run + 1 : 1;
    last = at;
    longest = Math.max(longest, run);
  });
  return longest;
}

/** Most are nothing but digits. */
const IS_COMPACT = /^[0-9A-Z]*$/;
const compactId = (value: string): string =>
  IS_COMPACT.test(value) ? value : value.replace(/[^A-Za-z0-9]/g, '').toUpperCase();

export function defineId({ isValid, isUpperCase, layouts, ...definition }: IdDefinition): Recognizer {
  return defineRecognizer({
    ...definition,
    patterns: [],
    layouts,
    minDigits: Math.min(...layouts.flatMap(([layout]) => expandLayout(layout).map(digitRun))),
    validate: (value) =>
      !(isUpperCase && /[a-z]/.test(value)) && (isValid === undefined || isValid(compactId(value)))
        ? null
        : false,
  });
}
