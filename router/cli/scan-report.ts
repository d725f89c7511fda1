// What `tiergate scan --report html` shows: one page that needs nothing else. Values are hinted at unless they are asked for.
import type { Finding } from '../../contract/recognizer.ts';
import { SENSITIVITY_BY_TYPE } from '../../policies/privacy/sensitivity.ts';

export interface ScannedFile {
  /** As it was given; `-` is standard input. */
  file: string;
  text: string;
  findings: readonly Finding[];
}

/** Line and column of an offset, both from 1; columns count UTF-16 code units. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lines = before.split('\n');
  return { line: lines.length, column: (lines.at(-1) as string).length + 1 };
}

/** The first character of each word, and how long it is: enough to find it, too little to be it. */
export const hint = (value: string): string =>
  value.replace(/[\p{L}\p{N}]+/gu, (word) => word[0] + '•'.repeat(Math.min(word.length, 12) - 1));

const AROUND = 60;

const escaped = (text: string): string =>
  text.replace(
    /[&<>"]/g,
    (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] as string,
  );

const labelOf = (type: string): string => SENSITIVITY_BY_TYPE[type] ?? 'restricted';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
mark { background: #f7c94866; color: inherit; border-radius: 3px; padding: 0 2px; }
.restricted { color: #c0392b; } .confidential { color: #b9770e; } .internal { color: #2471a3; } .public { color: inherit; }
.bar { background: var(--soft); height: .6rem; border-radius: 3px; min-width: 2px; }
`;

function summary(scanned: readonly ScannedFile[]): string {
  const counts = new Map<string, number>();
  for (const { findings } of scanned)
    for (const { type } of findings) counts.set(type, (counts.get(type) ?? 0) + 1);
  const rows = [...counts].sort((a, b) => b[1] - a[1]);
  const most = rows[0]?.[1] ?? 1;
  const cells = rows.map(
    ([type, count]) =>
      `<tr><td>${escaped(type)}</td><td class="${labelOf(type)}">${labelOf(type)}</td><td class="number">${count}</td>` +
      `<td style="width:40%"><div class="bar" style="width:${((100 * count) / most).toFixed(1)}%"></div></td></tr>`,
  );
  return `<table><thead><tr><th>type</th><th>label</th><th class="number">places</th><th></th></tr></thead><tbody>${cells.join('')}</tbody></table>`;
}

/** What stands around a finding; other findings in it are hinted at too. */
function around({ text, findings }: ScannedFile, from: number, to: number, showValues: boolean): string {
  let out = '';
  let at = from;
  for (const { start, end } of findings) {
    if (end <= from || start >= to) continue;
    out += escaped(text.slice(at, Math.max(at, start)));
    const value = text.slice(start, end);
    out += `<mark>${escaped(showValues ? value : hint(value))}</mark>`;
    at = end;
  }
  return (out + escaped(text.slice(at, Math.max(at, to)))).replace(/\s+/g, ' ');
}

function fileSection(scanned: ScannedFile, showValues: boolean): string {
  const { file, text, findings } = scanned;
  const rows = findings.map(({ start, end, type, score }) => {
    const { line, column } = placeOf(text, start);
    const shown = around(
      scanned,
      Math.max(0, start - AROUND),
      Math.min(text.length, end + AROUND),
      showValues,
    );
    return (
      `<tr><td class="number">${line}:${column}</td><td class="${labelOf(type)}">${escaped(type)}</td>` +
      `<td class="number">${score.toFixed(2)}</td><td><code>${shown}</code></td></tr>`
    );
  });
  const head =
    '<tr><th class="number">place</th><th>type</th><th class="number">score</th><th>where</th></tr>';
  const body =
    rows.length === 0
      ? '<p>Nothing found.</p>'
      : `<table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table>`;
  return `<h2>${escaped(file)}</h2>${body}`;
}

export function scanReport(scanned: readonly ScannedFile[], showValues: boolean): string {
  const found = scanned.reduce((total, { findings }) => total + findings.length, 0);
  const characters = scanned.reduce((total, { text }) => total + text.length, 0);
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>tiergate scan</title><style>${STYLE}</style><h1>Private values and secrets</h1>` +
    `<p>${found} ${found === 1 ? 'place' : 'places'} in ${scanned.length} ${scanned.length === 1 ? 'text' : 'texts'} ` +
    `(${characters.toLocaleString('en')} characters). ${showValues ? 'Values are shown: treat this page as private.' : 'Values are only hinted at.'}</p>` +
    `${summary(scanned)}${scanned.map((one) => fileSection(one, showValues)).join('')}</html>\n`
  );
}
