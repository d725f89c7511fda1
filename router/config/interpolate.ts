// Values from the environment: `${VAR}`, `${VAR:-default}`, `$$` for a dollar sign, and `os.environ/VAR` as a whole value.

import type { Node } from 'yaml';
import { isPair, isScalar, isSeq, visit } from 'yaml';
import { schemaAt } from '../../policies/schema-problems.ts';
import type { Problem, ValuePath, YamlSource } from '../../policies/yaml-source.ts';
import { formatPath, problemAt } from '../../policies/yaml-source.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Interpolated {
  problems: Problem[];
  /** Path to the text as it stands in the file: what messages show instead of the value. */
  raw: Map<string, string>;
}

const REFERENCE = /\$\$|\$\{([^}]*)(\}?)/g;
const INSIDE = /^([A-Za-z_]\w*)(?::-([\s\S]*))?$/;
const WHOLE = /^os\.environ\/(.*)$/;

/** The text with its references replaced. `missing` and `malformed` take what could not be. */
export function interpolateText(
  text: string,
  env: Environment,
  missing: string[],
  malformed: string[],
): string {
  const whole = WHOLE.exec(text);
  if (whole !== null) {
    const name = whole[1]!;
    const value = env[name];
    if (value === undefined) missing.push(name);
    return value ?? '';
  }
  return text.replace(REFERENCE, (match, inside: string | undefined, close: string | undefined) => {
    if (match === '$$') return '$';
    const parts = close === '}' ? INSIDE.exec(inside ?? '') : null;
    if (parts === null) {
      malformed.push(match);
      return '';
    }
    const [, name, fallback] = parts;
    const value = env[name!];
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value === undefined) missing.push(name!);
    return value ?? '';
  });
}

/** Replaces the references in every value of the document (keys stay); never throws. */
export function interpolate(source: YamlSource, env: Environment, jsonSchema: unknown): Interpolated {
  const problems: Problem[] = [];
  const raw = new Map<string, string>();
  visit(source.doc, {
    Scalar(key, node, parents) {
      if (key === 'key' || typeof node.value !== 'string') return;
      if (!node.value.includes('$') && !WHOLE.test(node.value)) return;
      const path = pathOf(parents as readonly unknown[], node);
      const missing: string[] = [];
      const malformed: string[] = [];
      const text = interpolateText(node.value, env, missing, malformed);
      for (const name of missing) {
        problems.push(
          problemAt(
            source,
            path,
            `the environment variable ${name} is not set; set it, or write \${${name}:-default}`,
          ),
        );
      }
      for (const reference of malformed) {
        problems.push(
          problemAt(
            source,
            path,
            `${JSON.stringify(reference)} is not a reference; write \${NAME}, or $$ for a dollar sign`,
          ),
        );
      }
      if (text === node.value) return;
      raw.set(formatPath(path), node.value);
      node.value = typed(text, schemaAt(jsonSchema, path)?.type);
    },
  });
  return { problems, raw };
}

/** A variable's text where the schema wants a number or a boolean. */
function typed(text: string, wanted: unknown): string | number | boolean {
  if ((wanted === 'number' || wanted === 'integer') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (wanted === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function pathOf(parents: readonly unknown[], node: Node): ValuePath {
  const path: (string | number)[] = [];
  for (const [index, parent] of parents.entries()) {
    const child = parents[index + 1] ?? node;
    if (isPair(parent)) path.push(String(isScalar(parent.key) ? parent.key.value : parent.key));
    else if (isSeq(parent)) path.push(parent.items.indexOf(child));
  }
  return path;
}
