// Renders Jinja as Python does it for chat templates (transformers' settings: trim_blocks, lstrip_blocks).
// @huggingface/jinja parses and evaluates; this file adds what its evaluator lacks and real templates use:
// loops and filters over an undefined value, `select`/`reject` with a test, Python's spelling in `| string`.
// Source: Jinja 3.1 "Template Designer Documentation"; transformers `apply_chat_template`.
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';

interface Node {
  type: string;
  value?: unknown;
  iterable?: Node;
  operand?: Node;
  lhs?: Node;
  filter?: Node;
  callee?: Node;
  args?: Node[];
  operator?: { value: string };
  left?: Node;
  right?: Node;
  /** Of our own "Evaluated" nodes: the value they stand for. */
  result?: Value;
}

interface Value {
  type: string;
  value: unknown;
}

interface Scope {
  set(name: string, value: unknown): Value;
  tests: ReadonlyMap<string, (...values: Value[]) => boolean>;
}

type Evaluator = new (scope: Scope) => { evaluate(node: Node | undefined, scope: Scope): Value };

/** Filters that take a missing sequence as an empty one, as Jinja's generators do. */
const SEQUENCE_FILTERS = new Set(['selectattr', 'rejectattr', 'select', 'reject', 'map', 'list', 'join']);
const MISSING = new Set(['UndefinedValue', 'NullValue']);

class PythonicInterpreter extends (Interpreter as unknown as Evaluator) {
  /** Nodes whose missing value counts as an empty sequence. */
  readonly #sequences = new WeakSet<Node>();

  override evaluate(node: Node | undefined, scope: Scope): Value {
    if (node === undefined) return super.evaluate(node, scope);
    if (node.type === 'Evaluated') return node.result!;
    if (node.type === 'BinaryExpression' && node.operator?.value === '+') return this.#sum(node, scope);
    if (node.type === 'For' && node.iterable) {
      this.#sequences.add(node.iterable.type === 'SelectExpression' ? node.iterable.lhs! : node.iterable);
    }
    const value = node.type === 'FilterExpression' ? this.#filter(node, scope) : super.evaluate(node, scope);
    return this.#sequences.has(node) && MISSING.has(value.type) ? this.#array([], scope) : value;
  }

  /** Text plus a dict or a list is an error, as in Python, and not "[object Map]". */
  #sum(node: Node, scope: Scope): Value {
    const left = this.evaluate(node.left, scope);
    const right = this.evaluate(node.right, scope);
    const types = [left.type, right.type];
    if (types.includes('StringValue') && (types.includes('ObjectValue') || types.includes('ArrayValue'))) {
      throw new Error(`cannot add ${left.type} and ${right.type}`);
    }
    const evaluated = (result: Value): Node => ({ type: 'Evaluated', result });
    return super.evaluate({ ...node, left: evaluated(left), right: evaluated(right) }, scope);
  }

  #filter(node: Node, scope: Scope): Value {
    const filter = node.filter!;
    const name = String((filter.type === 'CallExpression' ? filter.callee : filter)?.value);
    if (SEQUENCE_FILTERS.has(name)) this.#sequences.add(node.operand!);
    if (name === 'string') {
      const operand = super.evaluate(node.operand, scope);
      if (operand.type !== 'StringValue') return this.#string(pythonText(operand), scope);
    }
    if (name === 'select' || name === 'reject') {
      const [test, ...rest] = (filter.args ?? []).map((argument) => this.evaluate(argument, scope));
      const passes = scope.tests.get(String(test?.value));
      const items = this.evaluate(node.operand, scope).value;
      if (!passes || !Array.isArray(items)) throw new Error(`unknown test in the filter "${name}"`);
      return this.#array(
        items.filter((item: Value) => passes(item, ...rest) === (name === 'select')),
        scope,
      );
    }
    return super.evaluate(node, scope);
  }

  // The package does not export its value classes; literal nodes are the way to make a value.
  #string(text: string, scope: Scope): Value {
    return super.evaluate({ type: 'StringLiteral', value: text }, scope);
  }

  #array(items: Value[], scope: Scope): Value {
    const array = super.evaluate({ type: 'ArrayLiteral', value: [] }, scope);
    (array.value as Value[]).push(...items);
    return array;
  }
}

/** Python's `str()` of a value: True, None, ['a', 1], {'k': 'v'}. */
function pythonText(value: Value, inside = false): string {
  const content = value.value;
  if (value.type === 'BooleanValue') return content ? 'True' : 'False';
  if (value.type === 'NullValue') return 'None';
  if (value.type === 'UndefinedValue') return '';
  if (typeof content === 'string') return inside ? pythonQuoted(content) : content;
  if (Array.isArray(content)) return `[${content.map((item: Value) => pythonText(item, true)).join(', ')}]`;
  if (content instanceof Map) {
    const entries = [...(content as Map<string, Value>)].map(
      ([key, item]) => `${pythonQuoted(key)}: ${pythonText(item, true)}`,
    );
    return `{${entries.join(', ')}}`;
  }
  return String(value);
}

const pythonQuoted = (text: string): string => {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return escaped.includes("'") && !escaped.includes('"')
    ? `"${escaped}"`
    : `'${escaped.replaceAll("'", "\\'")}'`;
};

const range = (from: number, to?: number, step = 1): number[] => {
  const [start, end] = to === undefined ? [0, from] : [from, to];
  const count = step === 0 ? 0 : Math.max(0, Math.ceil((end - start) / step));
  return Array.from({ length: count }, (_, index) => start + index * step);
};

/** The template itself refused its input with `raise_exception`. */
export class TemplateRefusal extends Error {}

export type JinjaTemplate = (variables: Record<string, unknown>) => string;

/**
 * Parses once; the result renders any number of times.
 * @throws {Error} here on a syntax error; when rendering, on what the evaluator cannot do, and a TemplateRefusal
 * when the template calls `raise_exception`.
 */
export function compileJinja(source: string): JinjaTemplate {
  const program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true })) as unknown as Node;
  return (variables) => {
    const scope = new Environment() as unknown as Scope;
    const globals = {
      true: true,
      false: false,
      none: null,
      True: true,
      False: false,
      None: null,
      range,
      raise_exception: (reason: string) => {
        throw new TemplateRefusal(reason);
      },
    };
    for (const [name, value] of Object.entries({ ...globals, ...variables })) scope.set(name, value);
    return String(new PythonicInterpreter(scope).evaluate(program, scope).value);
  };
}
