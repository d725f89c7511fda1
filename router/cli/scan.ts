// `tiergate scan`: what the privacy layer finds in texts, one JSON line each, in the order of the input.
import { createInterface } from 'node:readline';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Finding } from '../../contract/recognizer.ts';
import { findOtherPlaces } from '../../policies/privacy/name-places.ts';
import { nameFinder, OPERATING_POINTS, type OperatingPoint } from '../../policies/privacy/names.ts';
import { OPERATORS } from '../../policies/privacy/redact.ts';
import { DEFAULT_MIN_SCORE, scanText } from '../../policies/privacy/scan.ts';
import { TYPES } from '../../policies/privacy/tagger/labels.ts';
import { type FileFlags, scanFiles } from './scan-files.ts';

const EXAMPLES = `
Input lines: {"id": ..., "text": "..."}. Output lines: {"id": ..., "spans": [{"start", "end", "label", "score"}]}.
Offsets count UTF-16 code units, as JavaScript's slice() does.

Examples:
  $ tiergate scan --text "write to jo@example.org"
  $ tiergate scan --text "write to jo@example.org" --json
  $ tiergate scan < texts.jsonl > findings.jsonl
  $ tiergate scan --min-score 0.9 --type EMAIL --type IBAN < texts.jsonl
  $ tiergate scan notes.txt mail.eml
  $ tiergate scan --redact < mail.txt > mail-without-values.txt
  $ tiergate scan --decrypt --caller anonymous < what-the-upstream-got.txt
  $ tiergate scan --report html logs/*.log > report.html

Exit codes: 0 done, 2 at least one line could not be read (the others were), 3 something was found (--fail).`;

interface Span {
  start: number;
  end: number;
  label: string;
  score: number;
}

interface Flags extends FileFlags {
  text?: string;
  fail?: boolean;
  minScore: number;
  type?: string[];
  names: boolean;
  operatingPoint: OperatingPoint;
}

function parseScore(text: string): number {
  const score = Number(text);
  if (text.trim() === '' || !(score >= 0 && score <= 1)) {
    throw new InvalidArgumentError(`"${text}" is not a score; give a number from 0 to 1.`);
  }
  return score;
}

const collect = (type: string, types: string[] = []): string[] => [...types, type.toUpperCase()];

/** @throws {Error} with a message that holds nothing of the line */
function readLine(line: string): { id: unknown; text: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error('not JSON; give one object a line: {"id": 1, "text": "..."}');
  }
  const { id = null, text } = (value ?? {}) as { id?: unknown; text?: unknown };
  if (typeof text !== 'string')
    throw new Error('no string "text"; give one object a line: {"id": 1, "text": "..."}');
  return { id, text };
}

/** Waits when the reader of stdout is slower than we are. */
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve));
}

async function scanLines(spansOf: (text: string) => Span[]): Promise<void> {
  let number = 0;
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      const { id, text } = readLine(line);
      await write(`${JSON.stringify({ id, spans: spansOf(text) })}\n`);
    } catch (error) {
      process.stderr.write(`tiergate scan: line ${number}: ${(error as Error).message}\n`);
      process.exitCode = 2;
    }
  }
}

function finderOf({ minScore, type, names, operatingPoint }: Flags): (text: string) => readonly Finding[] {
  const options = { minScore, ...(type && { types: new Set(type) }) };
  if (!names) return (text) => scanText(text, options);
  const finder = nameFinder(TYPES, operatingPoint);
  return (text) => {
    const found = new Map<string, readonly Finding[]>([
      [text, scanText(text, { ...options, names: finder })],
    ]);
    findOtherPlaces(found, finder.isUsualWord);
    return found.get(text) as readonly Finding[];
  };
}

async function scanWhole(files: string[], flags: Flags): Promise<void> {
  const { minScore, type, names, operatingPoint } = flags;
  const { output, found } = await scanFiles(files.length > 0 ? files : ['-'], flags, {
    minScore,
    operatingPoint,
    ...(type && { types: type }),
    ...(!names && { names: false }),
  });
  await write(output);
  if (flags.fail === true && found > 0) process.exitCode = 3;
}

/** The `scan` command. */
export function scanCommand(): Command {
  return new Command('scan')
    .description('find private data and secrets in texts (JSONL on stdin, --text, or files)')
    .argument('[files...]', 'whole texts; - is standard input')
    .option('--text <text>', 'scan this text instead of stdin')
    .option('--json', 'with --text and files: print JSON (the output for JSONL on stdin is always JSON)')
    .option('--redact', 'print the text with stand-ins in place of its values')
    .addOption(
      new Option('--operator <name>', 'with --redact: what stands in the place of values')
        .choices(OPERATORS)
        .default('redact'),
    )
    .option('--decrypt', 'put back what --operator encrypt replaced (key: TIERGATE_PRIVACY_KEY)')
    .option(
      '--caller <name>',
      "whose key: a gateway's caller (`anonymous` without API keys); default: this command's own",
    )
    .addOption(new Option('--report <format>', 'a page to look at, on standard output').choices(['html']))
    .option('--show-values', 'with files and reports: show what was found, not only hints')
    .option('--fail', 'exit with 3 when something was found')
    .option('--min-score <score>', 'drop findings below this score, 0 to 1', parseScore, DEFAULT_MIN_SCORE)
    .option('--type <type>', 'only this type, e.g. EMAIL; may be repeated', collect)
    .option('--no-names', 'patterns only: no persons, addresses, places and organisations')
    .addOption(
      new Option('--operating-point <point>', 'of names: how much finding counts against being right')
        .choices(OPERATING_POINTS)
        .default('balanced'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], flags: Flags) => {
      if (files.length > 0 || flags.redact || flags.decrypt || flags.report !== undefined)
        return scanWhole(files, flags);
      const findIn = finderOf(flags);
      const spansOf = (text: string): Span[] =>
        findIn(text).map(({ start, end, type, score }) => ({ start, end, label: type, score }));

      if (flags.text === undefined) return scanLines(spansOf);
      const { text } = flags;
      const spans = spansOf(text);
      if (flags.json) return write(`${JSON.stringify({ id: null, spans })}\n`);
      const rows = spans.map(({ start, end, label, score }) => {
        return `${label}\t${score.toFixed(2)}\t${start}-${end}\t${JSON.stringify(text.slice(start, end))}\n`;
      });
      return write(rows.length === 0 ? 'nothing found\n' : rows.join(''));
    });
}
