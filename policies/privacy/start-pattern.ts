// Where something could begin, by its first character: the runtime's own search for a class of characters is many times faster
// than looking at each of a text.

const made = new Map<string, RegExp>();
const MAX_MADE = 1000;

/** A pattern for one of these code units; the same object for the same units. */
export function startPattern(codes: Iterable<number>): RegExp {
  const units = Array.from(new Set(codes), (code) => `\\u${code.toString(16).padStart(4, '0')}`);
  const source = `[${units.sort().join('')}]`;
  const known = made.get(source);
  if (known !== undefined) return known;
  const pattern = new RegExp(source, 'g');
  if (made.size >= MAX_MADE) made.clear();
  made.set(source, pattern);
  return pattern;
}

/** The first place at `from` or behind that the pattern fits; the text's length when there is none. */
export function nextStart(text: string, from: number, pattern: RegExp): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex - 1 : text.length;
}
