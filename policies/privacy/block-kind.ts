// What kind of text stands around a place: prose, code, JSON or log lines. Read only around what was found, so it costs nothing
// where nothing was.

export type BlockKind = 'prose' | 'code' | 'json' | 'log';

/** Characters on each side that are looked at. */
const WINDOW = 250;
/** Shares of signs from which a text is no prose any more. */
const CODE_SHARE = 0.055;
const JSON_SHARE = 0.04;
/** How far back a line's beginning is looked for: not over a text without line ends, again for each finding. */
const MAX_LINE = 2000;
/** Fewer make no program of a short text: `[09:14] Anna: …` in a chat. */
const MIN_SIGNS = 6;

const CODE_SIGN = new Uint8Array(128);
for (const char of '{}()[];=<>|&$\\*_`~+^') CODE_SIGN[char.charCodeAt(0)] = 1;

/** A time of day, a level or a process at the beginning of a line. */
const LOG_LINE =
  /^\s{0,4}(?:[[<(]?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|[[(]?\d{1,2}:\d\d:\d\d|\[\d{9,}|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\[?(?:TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL)\b|\w{1,20}[=:]\S+ \w{1,20}[=:]\S+ \w{1,20}[=:])/;

/** The kind of the text around `start` … `end`. */
export function blockKindAt(text: string, start: number, end: number): BlockKind {
  const before = text.slice(Math.max(0, start - MAX_LINE), start);
  const line = start - before.length + before.lastIndexOf('\n') + 1;
  if (LOG_LINE.test(text.slice(line, Math.min(text.length, line + 80)))) return 'log';
  const from = Math.max(0, start - WINDOW);
  const to = Math.min(text.length, end + WINDOW);
  let [signs, quotes, read] = [0, 0, 0];
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= 32) continue;
    read += 1;
    if (code === 34) quotes += 1;
    else if (code < 128 && CODE_SIGN[code] === 1) signs += 1;
  }
  if (read === 0) return 'prose';
  if (quotes / read > JSON_SHARE && /"\s*[:,\]}]/.test(text.slice(from, to))) return 'json';
  return signs >= MIN_SIGNS && signs / read > CODE_SHARE ? 'code' : 'prose';
}
