// Regular languages over bytes: expressions, and deterministic automata with intersection and complement.
// Source: Hopcroft and Ullman, "Introduction to Automata Theory" (1979), chapters 2 and 3.

/** Starts in state 0; a byte without an edge leads nowhere. */
export interface Dfa {
  accepting: boolean[];
  /** By state, in order: least byte, greatest byte, target. */
  edges: [least: number, greatest: number, to: number][][];
}

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
  const close = (states: Iterable<number>): number[] => {
    const found = new Set(states);
    for (const state of found) for (const next of nfa.empty[state]!) found.add(next);
    return [...found].filter((state) => state === end || nfa.edges[state]!.length > 0).sort((a, b) => a - b);
  };
  return subsets(
    close([start]),
    (states) => states.includes(end),
    (states) => states.flatMap((state) => nfa.edges[state]!),
    close,
  );
}

/** Numbers sets of states and finds their edges, range by range. */
function subsets(
  start: number[],
  accepts: (states: number[]) => boolean,
  edgesOf: (states: number[]) => [number, number, number][],
  close: (states: Set<number>) => number[],
): Dfa {
  const dfa: Dfa = { accepting: [], edges: [] };
  const numbers = new Map<string, number>();
  const sets: number[][] = [];
  const numberOf = (states: number[]): number => {
    const key = states.join();
    let number = numbers.get(key);
    if (number === undefined) {
      if (sets.length >= MAX_STATES) tooLarge();
      number = sets.push(states) - 1;
      numbers.set(key, number);
    }
    return number;
  };
  numberOf(start);
  for (let i = 0; i < sets.length; i++) {
    dfa.accepting.push(accepts(sets[i]!));
    const edges = edgesOf(sets[i]!);
    spend(1 + edges.length / 16);
    const bounds = [...new Set(edges.flatMap(([least, greatest]) => [least, greatest + 1]))].sort(
      (a, b) => a - b,
    );
    const out: Dfa['edges'][number] = [];
    for (let b = 0; b + 1 < bounds.length; b++) {
      const [least, greatest] = [bounds[b]!, bounds[b + 1]! - 1];
      const targets = new Set<number>();
      for (const [from, to, target] of edges) if (from <= least && greatest <= to) targets.add(target);
      if (targets.size === 0) continue;
      const closed = close(targets);
      if (closed.length > 0) out.push([least, greatest, numberOf(closed)]);
    }
    dfa.edges.push(out);
  }
  return minimal(dfa);
}

/** A long chain takes as many rounds of refinement as it has states: past so many it stays as it is. */
const MAX_ROUNDS = 24;

/** Partition refinement (Moore), after what leads to no end has been left out. */
function minimal(dfa: Dfa): Dfa {
  const isAlive = aliveStates(dfa);
  if (!isAlive[0]) return { accepting: [false], edges: [[]] };
  let classes: number[] = dfa.accepting.map((accepts, state) => (isAlive[state] ? (accepts ? 1 : 0) : -1));
  for (let count = 0, round = 0; ; round++) {
    if (round === MAX_ROUNDS) {
      let next = 0;
      classes = isAlive.map((alive) => (alive ? next++ : -1));
      break;
    }
    const numbers = new Map<string, number>();
    classes = dfa.edges.map((_, state) => {
      if (!isAlive[state]) return -1;
      const key = `${classes[state]}:${merged(dfa, state, classes).join(';')}`;
      let number = numbers.get(key);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(key, number);
      }
      return number;
    });
    if (numbers.size === count) break;
    count = numbers.size;
  }
  // State 0 stays the start: it was numbered first.
  const out: Dfa = { accepting: [], edges: [] };
  for (const [state, number] of classes.entries()) {
    if (number < 0 || out.edges[number]) continue;
    out.accepting[number] = dfa.accepting[state]!;
    out.edges[number] = merged(dfa, state, classes);
  }
  return out;
}

/** Edges to classes; neighbours that lead to the same one joined. */
function merged(dfa: Dfa, state: number, classes: readonly number[]): Dfa['edges'][number] {
  const out: Dfa['edges'][number] = [];
  for (const [least, greatest, to] of dfa.edges[state]!) {
    const target = classes[to]!;
    if (target < 0) continue;
    const last = out.at(-1);
    if (last && last[1] === least - 1 && last[2] === target) last[1] = greatest;
    else out.push([least, greatest, target]);
  }
  return out;
}

function aliveStates(dfa: Dfa): boolean[] {
  const before: number[][] = dfa.accepting.map(() => []);
  for (const [state, edges] of dfa.edges.entries()) for (const [, , to] of edges) before[to]!.push(state);
  const alive = dfa.accepting.map(() => false);
  const work = dfa.accepting.flatMap((accepts, state) => (accepts ? [state] : []));
  for (const state of work) alive[state] = true;
  while (work.length > 0) {
    for (const state of before[work.pop()!]!) {
      if (alive[state]) continue;
      alive[state] = true;
      work.push(state);
    }
  }
  return alive;
}

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
