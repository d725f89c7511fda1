// Renders Jinja as Python does it for chat templates (transformers' settings: trim_blocks, lstrip_blocks).
// @huggingface/jinja parses and evaluates; this file adds what its evaluator lacks and real templates use: loops and
// filters over an undefined value, integers as keys, `| safe` text that escapes what is joined to it, `select`, `reject`
// and `map` by name, methods that change a list, Python's spelling of what is printed.
// Source: Jinja 3.1 "Template Designer Documentation"; transformers `apply_chat_template`.
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { escapeHtml, pythonText, type Value } from './jinja-values.ts';

interface Node {
  type: string;
  value?: unknown;
  iterable?: Node;
  operand?: Node;
  lhs?: Node;
  filter?: Node;
  callee?: Node;
  object?: Node;
  property?: Node;
  computed?: boolean;
  args?: Node[];
  operator?: { value: string };
  left?: Node;
  right?: Node;
  /** Of our own "Evaluated" nodes: the value they stand for. */
  result?: Value;
}

interface Scope {
  set(name: string, value: unknown): Value;
  tests: ReadonlyMap<string, (...values: Value[]) => boolean>;
}

type Evaluator = new (
  scope: Scope,
) => {
  evaluate(node: Node | undefined, scope: Scope): Value;
  evaluateBlock(statements: readonly Node[], scope: Scope): Value;
};

type List = Value & { value: Value[] };
type Dict = Value & { value: Map<string | number, Value> };

const isList = (value: Value): value is List => Array.isArray(value.value);
const isDict = (value: Value): value is Dict => value.value instanceof Map;

/** Filters that take a missing sequence as an empty one, as Jinja's generators do. */
const SEQUENCE_FILTERS = new Set(['selectattr', 'rejectattr', 'select', 'reject', 'map', 'list', 'join']);
const MISSING = new Set(['UndefinedValue', 'NullValue']);

/** Statements that print nothing, unlike an expression that is None. */
const SILENT = new Set(['Set', 'Macro', 'Comment']);

const evaluated = (result: Value): Node => ({ type: 'Evaluated', result });
const nameOf = (filter: Node): string =>
  String((filter.type === 'CallExpression' ? filter.callee : filter)?.value);

class PythonicInterpreter extends (Interpreter as unknown as Evaluator) {
  /** Nodes whose missing value counts as an empty sequence. */
  readonly #sequences = new WeakSet<Node>();
  /** Texts that went through `| safe`: Python's Markup. */
  readonly #markup = new WeakSet<Value>();

  override evaluate(node: Node | undefined, scope: Scope): Value {
    if (node === undefined) return super.evaluate(node, scope);
    if (node.type === 'For' && node.iterable) {
      this.#sequences.add(node.iterable.type === 'SelectExpression' ? node.iterable.lhs! : node.iterable);
    }
    const value = this.#value(node, scope);
    return this.#sequences.has(node) ? this.#sequence(value, scope) : value;
  }

  /** Prints as Python does. */
  override evaluateBlock(statements: readonly Node[], scope: Scope): Value {
    let text = '';
    for (const statement of statements) {
      const value = this.evaluate(statement, scope);
      if (!SILENT.has(statement.type)) text += pythonText(value);
    }
    return this.#string(text, scope);
  }

  #value(node: Node, scope: Scope): Value {
    switch (node.type) {
      case 'Evaluated':
        return node.result!;
      case 'BinaryExpression':
        return ['+', '~'].includes(node.operator!.value)
          ? this.#joined(node, scope)
          : super.evaluate(node, scope);
      case 'FilterExpression':
        return this.#filtered(node, scope);
      case 'ObjectLiteral':
        return this.#dict(node, scope);
      case 'MemberExpression':
        return node.computed ? this.#member(node, scope) : super.evaluate(node, scope);
      case 'CallExpression':
        return node.callee?.type === 'MemberExpression' && !node.callee.computed
          ? this.#called(node, scope)
          : super.evaluate(node, scope);
      default:
        return super.evaluate(node, scope);
    }
  }

  /** What a loop or a filter goes over. */
  #sequence(value: Value, scope: Scope): Value {
    if (MISSING.has(value.type)) return this.#list([], scope);
    if (isDict(value) && value.type === 'ObjectValue') return this.#list(this.#keys(value, scope), scope);
    if (isList(value) && value.value.some((item) => item.type === 'TupleValue')) {
      return this.#list(
        value.value.map((item) => (isList(item) ? this.#list(item.value, scope) : item)),
        scope,
      );
    }
    return value;
  }

  /** `+` and `~`. Text plus a dict or a list is an error, as in Python, and not "[object Map]". */
  #joined(node: Node, scope: Scope): Value {
    const sides = [this.evaluate(node.left, scope), this.evaluate(node.right, scope)] as const;
    const types = sides.map(({ type }) => type);
    const isSum = node.operator!.value === '+';
    if (
      isSum &&
      types.includes('StringValue') &&
      (types.includes('ObjectValue') || types.includes('ArrayValue'))
    ) {
      throw new Error(`cannot add ${types[0]} and ${types[1]}`);
    }
    // Without autoescape only the `+` of Python's own Markup escapes.
    const hasMarkup = isSum && sides.some((side) => this.#markup.has(side));
    if (isSum && !hasMarkup) {
      return super.evaluate({ ...node, left: evaluated(sides[0]), right: evaluated(sides[1]) }, scope);
    }
    const texts = sides.map((side) => {
      const text = pythonText(side);
      return hasMarkup && !this.#markup.has(side) ? escapeHtml(text) : text;
    });
    return hasMarkup ? this.#safe(texts.join(''), scope) : this.#string(texts.join(''), scope);
  }

  #filtered(node: Node, scope: Scope): Value {
    const filter = node.filter!;
    const name = nameOf(filter);
    if (SEQUENCE_FILTERS.has(name)) this.#sequences.add(node.operand!);
    const operand = this.evaluate(node.operand, scope);
    const named = (filter.args ?? []).find((argument) => argument.type !== 'KeywordArgumentExpression');
    if (name === 'safe') return this.#safe(pythonText(operand), scope);
    if (name === 'e' || name === 'escape') {
      return this.#markup.has(operand) ? operand : this.#safe(escapeHtml(pythonText(operand)), scope);
    }
    if (name === 'string' && operand.type !== 'StringValue') return this.#string(pythonText(operand), scope);
    if (name === 'select' || name === 'reject') return this.#selected(name, filter, operand, scope);
    if (name === 'map' && named && isList(operand)) {
      const inner: Node = { type: 'Identifier', value: this.evaluate(named, scope).value };
      const apply = (item: Value): Value =>
        this.#filtered({ type: 'FilterExpression', operand: evaluated(item), filter: inner }, scope);
      return this.#list(operand.value.map(apply), scope);
    }
    if (name === 'int' && (isList(operand) || isDict(operand) || MISSING.has(operand.type))) {
      return named ? this.evaluate(named, scope) : this.#integer(0, scope);
    }
    if (name === 'int' && operand.type === 'FloatValue')
      return this.#integer(Math.trunc(Number(operand.value)), scope);
    if (isDict(operand) && hasIntegerKeys(operand) && (name === 'items' || name === 'dictsort')) {
      const items = this.#items(operand, scope);
      if (name === 'dictsort') items.sort((a, b) => Number(a.value[0]!.value) - Number(b.value[0]!.value));
      return this.#list(items, scope);
    }
    return super.evaluate({ ...node, operand: evaluated(operand) }, scope);
  }

  #selected(name: string, filter: Node, operand: Value, scope: Scope): Value {
    const [test, ...rest] = (filter.args ?? []).map((argument) => this.evaluate(argument, scope));
    const passes = test?.value === 'in' ? isIn : scope.tests.get(String(test?.value));
    if (!passes || !isList(operand)) throw new Error(`unknown test in the filter "${name}"`);
    return this.#list(
      operand.value.filter((item) => passes(item, ...rest) === (name === 'select')),
      scope,
    );
  }

  /** A dict; keys may be integers. */
  #dict(node: Node, scope: Scope): Value {
    const entries = [...(node.value as Map<Node, Node>)].map(
      ([key, value]) => [this.evaluate(key, scope), this.evaluate(value, scope)] as const,
    );
    const dict = super.evaluate({ type: 'ObjectLiteral', value: new Map() }, scope) as Dict;
    for (const [key, value] of entries) {
      if (key.type !== 'StringValue' && key.type !== 'IntegerValue')
        throw new Error(`the keys of a dict must be texts or integers, not ${key.type}`);
      dict.value.set(key.value as string | number, value);
    }
    return dict;
  }

  /** `object[property]`. */
  #member(node: Node, scope: Scope): Value {
    if (node.property!.type === 'SliceExpression') return super.evaluate(node, scope);
    const object = this.evaluate(node.object, scope);
    const property = this.evaluate(node.property, scope);
    if (isDict(object) && property.type === 'IntegerValue')
      return object.value.get(property.value as number) ?? super.evaluate(undefined, scope);
    return super.evaluate({ ...node, object: evaluated(object), property: evaluated(property) }, scope);
  }

  /** `object.method(arguments)`: the methods that the package lacks. */
  #called(node: Node, scope: Scope): Value {
    const { callee } = node;
    const object = this.evaluate(callee!.object, scope);
    const name = String(callee!.property!.value);
    const args = (): Value[] => (node.args ?? []).map((argument) => this.evaluate(argument, scope));
    if (isList(object) && (name === 'append' || name === 'pop')) {
      const [first] = args();
      if (name === 'append') object.value.push(first!);
      const at = first ? Number(first.value) : -1;
      const [popped] = name === 'pop' ? object.value.splice(at, 1) : [];
      return popped ?? this.#none(scope);
    }
    if (isDict(object) && name === 'cycle' && object.value.has('index0')) {
      const choices = args();
      return choices[Number(object.value.get('index0')!.value) % choices.length]!;
    }
    if (isDict(object) && name === 'get') {
      const [key, otherwise] = args();
      if (key?.type === 'IntegerValue')
        return object.value.get(key.value as number) ?? otherwise ?? this.#none(scope);
    }
    if (isDict(object) && hasIntegerKeys(object)) {
      if (name === 'items') return this.#list(this.#items(object, scope), scope);
      if (name === 'keys') return this.#list(this.#keys(object, scope), scope);
    }
    return super.evaluate({ ...node, callee: { ...callee!, object: evaluated(object) } }, scope);
  }

  #keys(dict: Dict, scope: Scope): Value[] {
    return [...dict.value.keys()].map((key) =>
      typeof key === 'number' ? this.#integer(key, scope) : this.#string(key, scope),
    );
  }

  #items(dict: Dict, scope: Scope): List[] {
    const values = [...dict.value.values()];
    return this.#keys(dict, scope).map((key, i) => this.#list([key, values[i]!], scope));
  }

  // The package does not export its value classes; literal nodes are the way to make a value.
  #string(text: string, scope: Scope): Value {
    return super.evaluate({ type: 'StringLiteral', value: text }, scope);
  }

  #safe(text: string, scope: Scope): Value {
    const markup = this.#string(text, scope);
    this.#markup.add(markup);
    return markup;
  }

  #integer(value: number, scope: Scope): Value {
    return super.evaluate({ type: 'IntegerLiteral', value }, scope);
  }

  #none(scope: Scope): Value {
    return super.evaluate({ type: 'Comment' }, scope);
  }

  #list(items: readonly Value[], scope: Scope): List {
    const list = super.evaluate({ type: 'ArrayLiteral', value: [] }, scope) as List;
    list.value.push(...items);
    return list;
  }
}

const hasIntegerKeys = (dict: Dict): boolean => [...dict.value.keys()].some((key) => typeof key === 'number');

/** `item in container`. */
function isIn(item: Value, container?: Value): boolean {
  if (container === undefined) return false;
  if (isList(container)) return container.value.some(({ value }) => value === item.value);
  if (isDict(container)) return container.value.has(item.value as string);
  return String(container.value).includes(String(item.value));
}

const range = (from: number, to?: number, step = 1): number[] => {
  const [start, end] = to === undefined ? [0, from] : [from, to];
  const count = step === 0 ? 0 : Math.max(0, Math.ceil((end - start) / step));
  return Array.from({ length: count }, (_, index) => start + index * step);
};

/** The template itself refused its input with `raise_exception`. */
export class TemplateRefusal extends Error {}

/** Jinja's `joiner`: nothing at the first call, the separator at each later one. */
const joiner = (separator = ', '): (() => string) => {
  let used = false;
  return () => {
    const text = used ? separator : '';
    used = true;
    return text;
  };
};

/** How white space around blocks is dropped; chat templates are rendered with both. */
interface JinjaOptions {
  trim_blocks: boolean;
  lstrip_blocks: boolean;
}

export type JinjaTemplate = (variables: Record<string, unknown>) => string;

/**
 * Parses once; the result renders any number of times.
 * @throws {Error} here on a syntax error; when rendering, on what the evaluator cannot do, and a TemplateRefusal
 * when the template calls `raise_exception`.
 */
export function compileJinja(
  source: string,
  options: JinjaOptions = { lstrip_blocks: true, trim_blocks: true },
): JinjaTemplate {
  const program = parse(tokenize(source, options)) as unknown as Node;
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
      joiner,
      raise_exception: (reason: string) => {
        throw new TemplateRefusal(reason);
      },
    };
    for (const [name, value] of Object.entries({ ...globals, ...variables })) scope.set(name, value);
    return String(new PythonicInterpreter(scope).evaluate(program, scope).value);
  };
}
