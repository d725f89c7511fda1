// Regular languages over bytes: expressions, and deterministic automata with intersection and complement.
// Source: Hopcroft and Ullman, "Introduction to Automata Theory" (1979), chapters 2 and 3.
import { aliveStates, type Dfa, minimal } from './minimise.ts';

export type { Dfa };

export type Regular =
  | { op: 'bytes'; bytes: readonly number[] }
  /** One byte out of a range for each entry. */
  | { op: 'ranges'; ranges: readonly (readonly [number, number])[] }
  | { op: 'sequence'; parts: readonly Regular[] }
  | { op: 'choice'; options: readonly Regular[] }
  /** most: Infinity: any number */
  | { op: 'repeat'; of: Regular; least: number; most: number }
  | { op: 'dfa'; dfa: Dfa };

export const bytes = (text: string): Regular => ({ op: 'bytes', bytes: [...Buffer.from(text)] });
export const seq = (...parts: Regular[]): Regular => ({ op: 'sequence', parts });
export const either = (...options: Regular[]): Regular => ({ op: 'choice', options });
export const times = (of: Regular, least: number, most: number): Regular => ({
  op: 'repeat',
  of,
  least,
  most,
});
export const byteRange = (least: number, greatest: number): Regular => ({
  op: 'ranges',
  ranges: [[least, greatest]],
});

/** States of an automaton past which a language counts as too large. */
const MAX_STATES = 30_000;

/** Of all automata that one grammar takes: a few seconds' work. */
const MAX_WORK = 400_000;

export class LanguageTooLarge extends Error {}

let work = 0;

/** A grammar's front end begins: its automata are counted from here. */
export function beginWork(): void {
  work = 0;
}

function spend(states: number): void {
  work += states;
  if (work > MAX_WORK) throw new LanguageTooLarge('its patterns together take too many states');
}

const tooLarge = (): never => {
  throw new LanguageTooLarge(`it needs an automaton of more than ${MAX_STATES} states`);
};

/** Thompson's construction. */
class Nfa {
  readonly empty: number[][] = [];
  readonly edges: [number, number, number][][] = [];

  state(): number {
    if (this.empty.length > 20 * MAX_STATES) tooLarge();
    this.edges.push([]);
    return this.empty.push([]) - 1;
  }

  /** Returns where it ends. */
  add(regular: Regular, from: number): number {
    switch (regular.op) {
      case 'bytes':
        return regular.bytes.reduce((at, byte) => this.#step(at, byte, byte), from);
      case 'ranges':
        return regular.ranges.reduce((at, [least, greatest]) => this.#step(at, least, greatest), from);
      case 'sequence':
        return regular.parts.reduce((at, part) => this.add(part, at), from);
      case 'choice': {
        const end = this.state();
        for (const option of regular.options) this.#join(this.add(option, this.#after(from)), end);
        return end;
      }
      case 'repeat':
        return this.#repeat(regular.of, regular.least, regular.most, from);
      case 'dfa': {
        const { accepting, edges } = regular.dfa;
        const first = this.empty.length;
        for (let i = 0; i < accepting.length; i++) this.state();
        const end = this.state();
        this.#join(from, first);
        for (const [i, accepts] of accepting.entries()) {
          if (accepts) this.#join(first + i, end);
          for (const [least, greatest, to] of edges[i]!)
            this.edges[first + i]!.push([least, greatest, first + to]);
        }
        return end;
      }
    }
  }

  #repeat(of: Regular, least: number, most: number, from: number): number {
    let at = from;
    for (let i = 0; i < least; i++) at = this.add(of, at);
    const end = this.state();
    if (most === Number.POSITIVE_INFINITY) {
      const loop = this.#after(at);
      this.#join(this.add(of, loop), loop);
      this.#join(loop, end);
      return end;
    }
    for (let i = least; i < most; i++) {
      this.#join(at, end);
      at = this.add(of, at);
    }
    this.#join(at, end);
    return end;
  }

  #step(from: number, least: number, greatest: number): number {
    const to = this.state();
    this.edges[from]!.push([least, greatest, to]);
    return to;
  }

  #after(from: number): number {
    const to = this.state();
    this.#join(from, to);
    return to;
  }

  #join(from: number, to: number): void {
    this.empty[from]!.push(to);
  }
}

/** @throws {LanguageTooLarge} */
export function determinise(regular: Regular): Dfa {
  if (regular.op === 'dfa') return regular.dfa;
  const nfa = new Nfa();
  const start = nfa.state();
  const end = nfa.add(regular, start);
  return minimal(new Subsets(nfa, end).from(start));
}

/** Numbers the sets of states in which an automaton can be, and finds their edges, range by range. */
class Subsets {
  readonly #nfa: Nfa;
  readonly #end: number;
  readonly #sets: number[][] = [];
  readonly #numbers = new Map<number, number[]>();
  /** Of a state, what is reached without reading and counts: it has edges, or is the end. */
  readonly #closures: number[][] = [];
  readonly #marks: Int32Array;
  #mark = 0;

  constructor(nfa: Nfa, end: number) {
    this.#nfa = nfa;
    this.#end = end;
    this.#marks = new Int32Array(nfa.empty.length);
  }

  from(start: number): Dfa {
    const dfa: Dfa = { accepting: [], edges: [] };
    this.#numberOf([start]);
    for (let i = 0; i < this.#sets.length; i++) {
      const set = this.#sets[i]!;
      dfa.accepting.push(set.includes(this.#end));
      dfa.edges.push(this.#edgesOf(set));
    }
    return dfa;
  }

  #edgesOf(set: readonly number[]): Dfa['edges'][number] {
    const edges =
      set.length === 1 ? this.#nfa.edges[set[0]!]! : set.flatMap((state) => this.#nfa.edges[state]!);
    spend(1 + edges.length / 16);
    const bounds = new Uint8Array(257);
    for (const [least, greatest] of edges) {
      bounds[least] = 1;
      bounds[greatest + 1] = 1;
    }
    const out: Dfa['edges'][number] = [];
    for (let least = bounds.indexOf(1), next = 0; least >= 0 && least < 256; least = next) {
      next = bounds.indexOf(1, least + 1);
      if (next < 0) break;
      const targets: number[] = [];
      for (const [from, to, target] of edges) if (from <= least && least <= to) targets.push(target);
      if (targets.length === 0) continue;
      const number = this.#numberOf(targets);
      if (number >= 0) out.push([least, next - 1, number]);
    }
    return out;
  }

  /** Of the set that is reached from these states without reading; -1: it is empty. */
  #numberOf(states: readonly number[]): number {
    const mark = ++this.#mark;
    const set: number[] = [];
    for (const state of states) {
      for (const each of this.#closure(state)) {
        if (this.#marks[each] === mark) continue;
        this.#marks[each] = mark;
        set.push(each);
      }
    }
    if (set.length === 0) return -1;
    if (set.length > 1) set.sort((a, b) => a - b);
    let hash = set.length;
    for (const each of set) {
      hash = Math.imul(hash ^ each, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    const same = this.#numbers.get(hash);
    const known = same?.find((number) => equal(this.#sets[number]!, set));
    if (known !== undefined) return known;
    if (this.#sets.length >= MAX_STATES) tooLarge();
    const number = this.#sets.push(set) - 1;
    if (same) same.push(number);
    else this.#numbers.set(hash, [number]);
    return number;
  }

  #closure(state: number): readonly number[] {
    const known = this.#closures[state];
    if (known) return known;
    const { empty, edges } = this.#nfa;
    const counts = (each: number): boolean => each === this.#end || edges[each]!.length > 0;
    let closure: number[];
    if (empty[state]!.length === 0) closure = counts(state) ? [state] : [];
    else {
      const reached = new Set([state]);
      for (const each of reached) for (const next of empty[each]!) reached.add(next);
      closure = [...reached].filter(counts);
    }
    this.#closures[state] = closure;
    return closure;
  }
}

const equal = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i]);

/** From `least` to `most` (or any number) of what `one` accepts, which never goes on from an accepting state. */
export function counted(one: Dfa, least: number, most: number): Dfa {
  const inner = one.accepting.flatMap((accepts, state) => (accepts ? [] : [state]));
  const isEndless = most === Number.POSITIVE_INFINITY;
  const last = isEndless ? least : most;
  const at = (count: number, state: number): number => count * inner.length + inner.indexOf(state);
  const dfa: Dfa = { accepting: [], edges: [] };
  for (let count = 0; count <= last; count++) {
    const ends = count === last && !isEndless;
    for (const state of inner) {
      dfa.accepting.push(state === 0 && count >= least);
      const edges = ends ? [] : one.edges[state]!;
      const next = Math.min(count + 1, last);
      dfa.edges.push(
        edges.map(([from, to, target]) => [
          from,
          to,
          one.accepting[target] ? at(next, 0) : at(count, target),
        ]),
      );
    }
  }
  return dfa;
}

/** @throws {LanguageTooLarge} */
export const intersect = (a: Dfa, b: Dfa): Dfa => product(a, b, (inA, inB) => inA && inB, false);
/** What is in `a` and not in `b`. @throws {LanguageTooLarge} */
export const subtract = (a: Dfa, b: Dfa): Dfa => product(a, b, (inA, inB) => inA && !inB, true);

function product(
  a: Dfa,
  b: Dfa,
  accepts: (inA: boolean, inB: boolean) => boolean,
  goesOnWithout: boolean,
): Dfa {
  const dfa: Dfa = { accepting: [], edges: [] };
  const numbers = new Map<number, number>();
  const pairs: [number, number][] = [];
  const width = b.accepting.length + 1; // the last: b leads nowhere
  const numberOf = (x: number, y: number): number => {
    const key = x * width + y;
    let number = numbers.get(key);
    if (number === undefined) {
      if (pairs.length >= 4 * MAX_STATES) tooLarge();
      number = pairs.push([x, y]) - 1;
      numbers.set(key, number);
    }
    return number;
  };
  numberOf(0, 0);
  const nowhere = b.accepting.length;
  for (let i = 0; i < pairs.length; i++) {
    spend(1);
    const [x, y] = pairs[i]!;
    dfa.accepting.push(accepts(a.accepting[x]!, y < nowhere && b.accepting[y]!));
    const out: Dfa['edges'][number] = [];
    for (const [least, greatest, to] of a.edges[x]!) {
      let next = least;
      for (const [from, until, other] of y < nowhere ? b.edges[y]! : []) {
        if (until < next || from > greatest) continue;
        if (from > next && goesOnWithout) out.push([next, from - 1, numberOf(to, nowhere)]);
        const end = Math.min(until, greatest);
        out.push([Math.max(from, next), end, numberOf(to, other)]);
        next = end + 1;
      }
      if (next <= greatest && goesOnWithout) out.push([next, greatest, numberOf(to, nowhere)]);
    }
    dfa.edges.push(out);
  }
  const small = minimal(dfa);
  return small.accepting.length > MAX_STATES ? tooLarge() : small;
}

export const isEmpty = (dfa: Dfa): boolean => !aliveStates(dfa)[0];

export function accepts(dfa: Dfa, text: Uint8Array): boolean {
  let state = 0;
  for (const byte of text) {
    const edge = dfa.edges[state]!.find(([least, greatest]) => least <= byte && byte <= greatest);
    if (!edge) return false;
    state = edge[2];
  }
  return dfa.accepting[state]!;
}
