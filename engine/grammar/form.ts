// The intermediate form of a grammar, over bytes: rules made of sequences, choices, repetitions and small automata. What
// every front end makes; native/src/grammar/automaton.h reads its flat form.
import type { Dfa } from './dfa.ts';

export type Expression =
  | { op: 'sequence'; parts: Expression[] }
  /** Of no options: nothing matches. */
  | { op: 'choice'; options: Expression[] }
  | { op: 'rule'; rule: number }
  | { op: 'bytes'; bytes: readonly number[] }
  /** most: -1: any number */
  | { op: 'repeat'; least: number; most: number; of: Expression }
  | { op: 'dfa'; dfa: Dfa };

export const sequence = (...parts: Expression[]): Expression => ({ op: 'sequence', parts });
export const choice = (...options: Expression[]): Expression =>
  options.length === 1 ? options[0]! : { op: 'choice', options };
export const text = (value: string): Expression => ({ op: 'bytes', bytes: [...Buffer.from(value)] });
export const repeat = (of: Expression, least: number, most: number): Expression => ({
  op: 'repeat',
  least,
  most,
  of,
});
export const EMPTY: Expression = { op: 'sequence', parts: [] };
export const NEVER: Expression = { op: 'choice', options: [] };

/** Rules while they are made: a rule may be called before it is defined. */
export class Rules {
  readonly expressions: Expression[] = [];
  readonly #open = new Set<number>();

  declare(): number {
    const rule = this.expressions.push(NEVER) - 1;
    this.#open.add(rule);
    return rule;
  }

  define(rule: number, expression: Expression): Expression {
    this.expressions[rule] = expression;
    this.#open.delete(rule);
    return { op: 'rule', rule };
  }

  add(expression: Expression): Expression {
    return this.define(this.declare(), expression);
  }

  /** Which of the rules that `root` reaches match any text at all; one that is not defined yet may. */
  productive(root: Expression): boolean[] {
    const known: boolean[] = [];
    const reached = new Set<number>();
    const reach = (expression: Expression): void => {
      if (expression.op === 'rule') {
        if (reached.has(expression.rule)) return;
        reached.add(expression.rule);
        reach(this.expressions[expression.rule]!);
      } else if (expression.op === 'sequence') expression.parts.forEach(reach);
      else if (expression.op === 'choice') expression.options.forEach(reach);
      else if (expression.op === 'repeat') reach(expression.of);
    };
    reach(root);
    for (const rule of reached) known[rule] = this.#open.has(rule);
    const inwards = [...reached].reverse();
    for (let changed = true; changed; ) {
      changed = false;
      for (const rule of inwards) {
        if (known[rule] || !isProductive(this.expressions[rule]!, known)) continue;
        known[rule] = true;
        changed = true;
      }
    }
    return known;
  }
}

function isProductive(expression: Expression, rules: readonly boolean[]): boolean {
  switch (expression.op) {
    case 'sequence':
      return expression.parts.every((part) => isProductive(part, rules));
    case 'choice':
      return expression.options.some((option) => isProductive(option, rules));
    case 'rule':
      return rules[expression.rule]!;
    case 'bytes':
      return true;
    case 'repeat':
      return expression.least === 0 || isProductive(expression.of, rules);
    case 'dfa':
      return expression.dfa.accepting.some((accepts) => accepts);
  }
}

/** Whether a text can match. */
export const canMatch = (rules: Rules, root: Expression): boolean =>
  isProductive(root, rules.productive(root));

/**
 * The flat form of what can be reached from `root`, without what can never match: a generation is never led into it.
 * null: nothing matches at all.
 */
export function flatten(rules: Rules, root: Expression): Int32Array | null {
  const productive = rules.productive(root);
  if (!isProductive(root, productive)) return null;
  const numbers = new Map<number, number>();
  const order: Expression[] = [root];
  const numberOf = (rule: number): number => {
    let number = numbers.get(rule);
    if (number === undefined) {
      number = order.push(rules.expressions[rule]!) - 1;
      numbers.set(rule, number);
    }
    return number;
  };
  const out: number[] = [];
  const write = (expression: Expression): void => {
    switch (expression.op) {
      case 'sequence':
        out.push(0, expression.parts.length);
        expression.parts.forEach(write);
        return;
      case 'choice': {
        const options = expression.options.filter((option) => isProductive(option, productive));
        out.push(1, options.length);
        options.forEach(write);
        return;
      }
      case 'rule':
        out.push(2, numberOf(expression.rule));
        return;
      case 'bytes':
        out.push(3, expression.bytes.length, ...expression.bytes);
        return;
      case 'repeat':
        if (!isProductive(expression.of, productive)) out.push(0, 0);
        else {
          out.push(5, expression.least, expression.most);
          write(expression.of);
        }
        return;
      case 'dfa': {
        const { accepting, edges } = expression.dfa;
        out.push(6, accepting.length);
        for (const [state, accepts] of accepting.entries()) {
          out.push(accepts ? 1 : 0, edges[state]!.length);
          for (const [least, greatest, to] of edges[state]!) out.push(least, greatest, to);
        }
      }
    }
  };
  for (let index = 0; index < order.length; index++) write(order[index]!);
  return Int32Array.from([order.length, 0, ...out]);
}
