// The smallest automaton of the same language: partition refinement (Moore), after what leads to no end has been left out.

/** Starts in state 0; a byte without an edge leads nowhere. */
export interface Dfa {
  accepting: boolean[];
  /** By state, in order: least byte, greatest byte, target. */
  edges: [least: number, greatest: number, to: number][][];
}

/** A long chain takes as many rounds of refinement as it has states: past so many it stays as it is. */
const MAX_ROUNDS = 24;

export function minimal(dfa: Dfa): Dfa {
  const isAlive = aliveStates(dfa);
  if (!isAlive[0]) return { accepting: [false], edges: [[]] };
  const n = dfa.accepting.length;
  let classes = Int32Array.from(dfa.accepting, (accepts, state) => (isAlive[state] ? (accepts ? 1 : 0) : -1));
  for (let count = 0, round = 0; ; round++) {
    if (round === MAX_ROUNDS) {
      let next = 0;
      classes = classes.map((each) => (each < 0 ? -1 : next++));
      break;
    }
    const refined = refine(dfa, classes);
    const found = refined.count;
    classes = refined.classes;
    if (found === count || found === n) break;
    count = found;
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

/** Numbers anew, in order, what differs in class or in the classes that its edges lead to. */
function refine(dfa: Dfa, classes: Int32Array): { classes: Int32Array<ArrayBuffer>; count: number } {
  const refined = new Int32Array(classes.length).fill(-1);
  /** By hash, a state of each class with it. */
  const known = new Map<number, number[]>();
  let count = 0;
  for (let state = 0; state < classes.length; state++) {
    if (classes[state]! < 0) continue;
    const hash = signature(dfa, state, classes);
    const same = known.get(hash);
    const other = same?.find((each) => isAlike(dfa, each, state, classes));
    if (other !== undefined) refined[state] = refined[other]!;
    else {
      refined[state] = count++;
      if (same) same.push(state);
      else known.set(hash, [state]);
    }
  }
  return { classes: refined, count };
}

function signature(dfa: Dfa, state: number, classes: Int32Array): number {
  let hash = classes[state]!;
  let [end, target] = [-1, -1]; // of the edges joined so far
  for (const [least, greatest, to] of dfa.edges[state]!) {
    const next = classes[to]!;
    if (next < 0) continue;
    if (least !== end + 1 || next !== target) {
      hash = Math.imul(hash ^ (end + 1), 0x9e3779b1);
      hash = Math.imul(hash ^ (least << 20) ^ next, 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    [end, target] = [greatest, next];
  }
  return Math.imul(hash ^ (end + 1), 0x9e3779b1);
}

function isAlike(dfa: Dfa, a: number, b: number, classes: Int32Array): boolean {
  if (classes[a] !== classes[b]) return false;
  const [x, y] = [merged(dfa, a, classes), merged(dfa, b, classes)];
  return (
    x.length === y.length &&
    x.every((edge, i) => edge[0] === y[i]![0] && edge[1] === y[i]![1] && edge[2] === y[i]![2])
  );
}

/** Edges to classes; neighbours that lead to the same one joined. */
function merged(dfa: Dfa, state: number, classes: Int32Array): Dfa['edges'][number] {
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

/** Which states lead to an accepting one. */
export function aliveStates(dfa: Dfa): boolean[] {
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
