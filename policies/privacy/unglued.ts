// Signs that stand right beside a value and are no part of it: line ends as programs, JSON and logs write them (`\n`), markdown's
// underscores, `=3D` of mail; and spaces of typesetters within it. Plain white space in their place, so that every place of the text
// stays.
import { TERMINAL_ORDER } from './encoded-characters.ts';

/** A written line end or tab that something is glued to. */
const GLUED_LINE_END = /\\[nrt](?=[^\s\\"'`<>{}|])/;
const LINE_END = /\\[nrt]/g;
const OPENS_EMPHASIS = /[\s([<>"'*:,;]/;
const EMPHASIS = /(_{1,2})([^\s_][^\n]{0,120}?)\1(?![^\s)\]}<>"'”’*:=,;|.!?])/y;
/** Longer names of programs are rare, longer keys are not. */
const LONG = 24;
/** `_gitlab_session=`: the mark belongs to a name, which tells what its value is. */
const SETTING = /^[A-Za-z][\w-]{2,40}(?:\s?=|["']?:\s)/;
/** A name of a program is ASCII and has no digit, space or sign in it. */
const isEmphasised = (inside: string): boolean =>
  (inside.length > LONG || /[\d @.\u0080-\uffff-]/.test(inside)) &&
  inside.trim() === inside &&
  !SETTING.test(inside);

/** `_219-09-9998_`, `__Anna Weber__`: the marks are left out. */
function withoutEmphasis(text: string): string {
  let out = '';
  let copied = 0;
  for (let at = text.indexOf('_'); at >= 0; at = text.indexOf('_', at + 1)) {
    // Most are within names of programs, where a look at the unit is enough.
    if (at > 0 && (text.charCodeAt(at - 1) >= 97 || !OPENS_EMPHASIS.test(text[at - 1] as string))) continue;
    EMPHASIS.lastIndex = at;
    const [whole, mark = '', inside = ''] = EMPHASIS.exec(text) ?? [];
    if (whole === undefined || !isEmphasised(inside)) continue;
    out += text.slice(copied, at) + spaces(mark) + inside + spaces(mark);
    copied = at + whole.length;
    at = copied - 1;
  }
  return copied === 0 ? text : out + text.slice(copied);
}

/** Quoted-printable (RFC 2045, 6.7): `=` is written so. */
const MAIL_SIGN = /=3D(?=\S)/g;

/** No-break, narrow, thin and wide spaces: `12\u202f345\u202f678`. */
const NO_BREAK = '\u00a0';
/** Without the no-break space, so that the runtime need not look at a text of Latin-1 at all. */
const WIDE_SPACE = /[\u2000-\u200a\u202f\u205f\u3000]/g;

const spaces = (written: string): string => ' '.repeat(written.length);

/** The text with white space in place of such signs; itself where there are none. */
export function unglued(text: string): string {
  let out = text;
  if (text.includes('\\') && GLUED_LINE_END.test(text)) out = out.replace(LINE_END, ' \n');
  out = withoutEmphasis(out);
  if (text.includes('=3D')) out = out.replace(MAIL_SIGN, '=  ');
  if (out.includes(NO_BREAK)) out = out.replaceAll(NO_BREAK, ' ');
  return out.replace(WIDE_SPACE, ' ');
}

/** Quotes and brackets as JSON of some programs has them, the space of an address, and a terminal's colours. */
const AROUND_NAME = new RegExp(`%20|\\\\u00(?:2[267]|3[cCeE])|${TERMINAL_ORDER}`, 'g');
/** `CV_Anna_Weber.pdf`: documents that people name; not the files of programs. */
const DOCUMENT =
  /(?<![\p{L}\p{N}_.-])[\p{L}\p{N}_.-]{1,80}\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|txt|csv|eml|msg|jpe?g|png|heic|tiff?|zip)(?![\p{L}\p{N}_])/giu;

/** The same for texts in which names are looked for, which may stand some way behind a label. */
export function ungluedForNames(plain: string): string {
  let out = plain;
  if (out.includes('\\') || out.includes('%20') || out.includes('\u001b'))
    out = out.replace(AROUND_NAME, spaces);
  return out.includes('_') ? out.replace(DOCUMENT, (name) => name.replaceAll('_', ' ')) : out;
}

const WINDOWS_PATH = /(?<![A-Za-z0-9])[A-Za-z]:\\{1,2}[\w.]/;
/** A folder's name may begin like a written line end: `C:\new\table`. */
export const hasWindowsPath = (text: string): boolean => WINDOWS_PATH.test(text);
