// Recognizers of vendors' keys. Two kinds: keys that begin with what names them (`dop_v1_…`), and keys without a mark, which
// are known by the vendor's name and an assignment before them (`DATADOG_API_KEY=…`). A file lists the vendors of one field.
import { defineRecognizer, type FoundSpan, type Recognizer } from '../../contract/recognizer.ts';
import { isMadeUp, unlessMadeUp } from './key-shape.ts';

type Examples = Recognizer['examples'];

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Keys by their beginning.
 * @param keys `[prefix, what follows, its flags]`: a regular expression of bounded length for the rest of the key
 */
export function definePrefixedKeys(
  name: string,
  keys: readonly (readonly [prefix: string, rest: string])[],
  examples: Examples,
): Recognizer {
  const shapes = keys.map(([prefix, rest]) => `${escaped(prefix)}${rest}`);
  return defineRecognizer({
    name,
    type: 'API_KEY',
    anchors: [...new Set(keys.map(([prefix]) => prefix))].map((text) => ({ text, starts: true })),
    lead: 0,
    patterns: [
      {
        regex: new RegExp(`(?<![A-Za-z0-9\\u00c0-\\u02ff])(?:${shapes.join('|')})(?![A-Za-z0-9_])`, 'g'),
        score: 0.95,
      },
    ],
    validate: unlessMadeUp,
    examples,
  });
}

/** Between a name and its value: `=`, `:`, `=>`, `":`, `||`, `,` and quotes around them. */
const ASSIGNED = '[\\w .\\t-]{0,20}[\\s\'"]{0,3}(?:=>|>|:{1,3}=|\\|\\||:|\\?=|={1,3}|,)[`\'"\\s=]{0,5}';
const VALUE = /[\w=.:|%~+/-]{8,200}/y;

/**
 * Keys by the vendor's name before them.
 * @param vendors name as a regular expression's piece, in lower case -> what its keys may be, whole
 */
export function defineVendorKeys(
  name: string,
  vendors: Readonly<Record<string, RegExp>>,
  examples: Examples,
): Recognizer {
  const names = Object.keys(vendors);
  const assigned = new RegExp(`(${names.join('|')})${ASSIGNED}`, 'iy');
  const find: Recognizer['find'] = (text, _, hits) => {
    const found: FoundSpan[] = [];
    for (const at of hits) {
      assigned.lastIndex = at;
      const match = assigned.exec(text);
      if (match === null) continue;
      const start = at + match[0].length;
      VALUE.lastIndex = start;
      const value = VALUE.exec(text)?.[0].replace(/[.:|]+$/, '');
      const written = match[1] as string;
      const vendor = written.toLowerCase();
      // `sumOfAll` is not Sumo; Dropbox and Twitter fill their tokens up with A.
      if (
        value !== undefined &&
        !/^[a-z]+[A-Z]/.test(written) &&
        vendors[vendor]?.test(value) === true &&
        /\d/.test(value) &&
        !isMadeUp(value.replace(/A{8,}/, ''))
      )
        found.push([start, start + value.length, 0.9]);
    }
    return found;
  };
  return defineRecognizer({ name, type: 'API_KEY', anchors: names, patterns: [], find, examples });
}
