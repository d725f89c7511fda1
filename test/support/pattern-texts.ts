// Texts that a regular expression may match, for patterns of more than fast-check's `stringMatching` understands.
import fc from 'fast-check';

/** How many units the atom at a place takes: a class, an escape or one character. */
function atomLength(source: string, at: number): number {
  if (source[at] === '\\') return 2;
  if (source[at] !== '[') return 1;
  let end = at + 1;
  for (; source[end] !== ']'; end += 1) if (source[end] === '\\') end += 1;
  return end + 1 - at;
}

function groupEnd(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at += atomLength(source, at)) {
    if (source[at] === '(') depth += 1;
    if (source[at] === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return source.length;
}

/** The source without what looks ahead or behind, and without references to groups. */
function withoutAssertions(source: string): string {
  let plain = '';
  for (let at = 0; at < source.length; ) {
    const zeroWidth = /^(?:\\[bB]|\\k<\w+>|\\[1-9])/.exec(source.slice(at))?.[0];
    if (zeroWidth !== undefined) at += zeroWidth.length;
    else if (/^\(\?<?[=!]/.test(source.slice(at))) at = groupEnd(source, at);
    else {
      const length = atomLength(source, at);
      plain += source.slice(at, at + length);
      at += length;
    }
  }
  return plain;
}

/** Matches of the pattern but for what it looks ahead or behind for, so that some texts do not match. */
export const textsOfPattern = ({ source, flags }: RegExp): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(withoutAssertions(source), flags.replace(/[^su]/g, '')), { size: 'small' });
