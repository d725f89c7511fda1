// Changes the strings inside a JSON text and leaves every other byte of it as it is (spacing, order, number forms).

/** Where a text stands. */
export interface Place {
  /** A key, or a part of a tool's definition: written by a developer, not by a user. */
  isDefinition?: boolean;
  /** A number of a JSON value. */
  isNumber?: boolean;
  /** Of its message; none for settings and definitions. */
  role?: string;
}

export type VisitText = (text: string, label: string, place?: Place) => string;

export const KEY: Place = { isDefinition: true };
export const NUMBER: Place = { isNumber: true };

/** Shorter numbers hold nothing that could be found in them. */
const MIN_NUMBER_DIGITS = 7;

/** Index just behind the string literal that starts at `start` (a quote) of valid JSON. */
function literalEnd(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  for (;;) {
    let backslashes = 0;
    while (json.charCodeAt(end - 1 - backslashes) === 92) backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
    end = json.indexOf('"', end + 1);
  }
}

function isKey(json: string, end: number): boolean {
  let at = end;
  while (json.charCodeAt(at) <= 32) at += 1;
  return json.charCodeAt(at) === 58;
}

/**
 * Visits every key, string value and long number of a JSON text with the key that stands nearest before it, and puts what
 * the visitor gives back in its place: a changed number becomes a string. Null when the text is not JSON.
 */
export function mapJsonText(json: string, visit: VisitText): string | null {
  try {
    JSON.parse(json);
  } catch {
    return null;
  }
  let out = '';
  let copied = 0;
  let label = '';
  const replace = (start: number, end: number, before: string, after: string): void => {
    if (after === before) return;
    out += json.slice(copied, start) + JSON.stringify(after);
    copied = end;
  };
  const tokens = /"|-?\d[\d.eE+-]*/g;
  for (let token = tokens.exec(json); token !== null; token = tokens.exec(json)) {
    const start = token.index;
    if (token[0] !== '"') {
      if (token[0].length >= MIN_NUMBER_DIGITS) {
        replace(start, tokens.lastIndex, token[0], visit(token[0], label, NUMBER));
      }
      continue;
    }
    const end = literalEnd(json, start);
    tokens.lastIndex = end;
    const inner = json.slice(start + 1, end - 1);
    const text = inner.includes('\\') ? (JSON.parse(json.slice(start, end)) as string) : inner;
    if (isKey(json, end)) {
      label = text;
      replace(start, end, text, visit(text, '', KEY));
    } else {
      replace(start, end, text, visit(text, label));
    }
  }
  return copied === 0 ? json : out + json.slice(copied);
}
