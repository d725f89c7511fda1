// A YAML text together with the place of every value in it, so that each problem can be named as file:line:column.
// Pure: the caller reads the file. Used for the config file and for policy files.

import type { Document, Node } from 'yaml';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

export type ValuePath = readonly (string | number)[];

/** One mistake in a file, with everything needed to mend it. */
export interface Problem {
  file: string;
  /** 1 … */
  line: number;
  /** 1 … */
  column: number;
  /** e.g. `tiers.2.targets[0].base_url`; empty for the whole file. */
  path: string;
  message: string;
}

export interface YamlSource {
  file: string;
  doc: Document;
  lines: LineCounter;
  /** Syntax errors: bad YAML, duplicate keys, tabs. */
  problems: Problem[];
}

/** Reads YAML 1.2; never throws: what is wrong stands in `problems`. */
export function parseYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const problems: Problem[] = [];
  let unexpected = false;
  for (const error of doc.errors) {
    // One misplaced character makes the parser stumble over everything after it: only the first is worth reading.
    if (SYNTAX_HINTS[error.code] === undefined) {
      if (unexpected) continue;
      unexpected = true;
    }
    const { line, col } = lines.linePos(error.pos[0]);
    const lineText = text.slice(lines.lineStarts[line - 1] ?? 0).split('\n', 1)[0]!;
    const message = syntaxMessage(error, lineText);
    problems.push({ file, line: Math.max(1, line), column: Math.max(1, col), path: '', message });
  }
  return { file, doc, lines, problems };
}

const SYNTAX_HINTS: Record<string, string> = {
  DUPLICATE_KEY: 'this key stands twice in the same map; keep one of them',
  TAB_AS_INDENT: 'a tab is used as indentation; YAML allows only spaces: replace it with two spaces',
  BAD_INDENT: 'wrong indentation; entries of one map or list start at the same column',
  MULTIPLE_DOCS: 'a second document begins here (---); keep one document per file',
};

function syntaxMessage(error: { code: string; message: string }, line: string): string {
  // The parser reports a leading tab under several codes; its message is the reliable sign.
  if (/\btabs?\b/i.test(error.message)) return SYNTAX_HINTS['TAB_AS_INDENT']!;
  const hint = SYNTAX_HINTS[error.code];
  if (hint !== undefined) return hint;
  // Inside {...} and [...] a plain value ends at a brace.
  const quote = /[{[].*\$\{/.test(line)
    ? '; a ${VAR} inside {...} or [...] must stand in quotes: "${VAR}"'
    : '';
  const condition = /^[\s-]*when:\s+(".*\S)\s*$/.exec(line)?.[1];
  const single =
    condition === undefined
      ? ''
      : `; a condition that begins with a quote stands as a whole in single quotes: '${condition}'`;
  return `not valid YAML: ${error.message.split('\n')[0]}${quote}${single}`;
}

/** `tiers.2.targets[0].id` */
export function formatPath(path: ValuePath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** The node of a value, or of its key; where the path ends early, the last node found. */
function nodeAt(source: YamlSource, path: ValuePath, wantKey: boolean): Node | null {
  let node: unknown = source.doc.contents;
  let found: Node | null = isNode(node) ? node : null;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(source.doc);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
      if (pair === undefined) return found;
      const last = depth === path.length - 1;
      const next = last && wantKey ? pair.key : (pair.value ?? pair.key);
      node = next;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
    } else {
      return found;
    }
    if (isNode(node)) found = node;
  }
  return found;
}

/** A problem at a value (or at its key). */
export function problemAt(
  source: YamlSource,
  path: ValuePath,
  message: string,
  at: 'value' | 'key' = 'value',
): Problem {
  const node = nodeAt(source, path, at === 'key');
  const { line, col } = source.lines.linePos(node?.range?.[0] ?? 0);
  return {
    file: source.file,
    line: Math.max(1, line),
    column: Math.max(1, col),
    path: formatPath(path),
    message,
  };
}

/** `tiergate.yaml:12:9: server.port: "abc" is not a number` */
export const formatProblem = ({ file, line, column, path, message }: Problem): string =>
  `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`;

/** In the order of the file. */
export const formatProblems = (problems: readonly Problem[]): string =>
  [...problems]
    .sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column)
    .map(formatProblem)
    .join('\n');
