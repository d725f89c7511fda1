// Finds every occurrence of a set of values in a text. A few values are searched one by one (the runtime's own search is
// very fast), many at once with the automaton of Aho and Corasick (CACM 18:6, 1975), which is linear whatever their number.

export interface Hit {
  start: number;
  end: number;
  value: string;
}

const FEW = 12;

const isAlphanumeric = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/**
 * Does the span stand alone? An ASCII letter or digit at its edge must not be continued by another one. Other letters do
 * not count: Chinese and Japanese text has no spaces around a number.
 */
export function isBounded(text: string, start: number, end: number): boolean {
  const splitsWord = (at: number): boolean =>
    at > 0 &&
    at < text.length &&
    isAlphanumeric(text.charCodeAt(at - 1)) &&
    isAlphanumeric(text.charCodeAt(at));
  return !splitsWord(start) && !splitsWord(end);
}

interface Node {
  next: Map<number, Node>;
  fail: Node | null;
  value: string | null;
  /** The nearest node along `fail` that has a value. */
  shorter: Node | null;
}

const createNode = (): Node => ({ next: new Map(), fail: null, value: null, shorter: null });

function createAutomaton(values: readonly string[]): Node {
  const root = createNode();
  for (const value of values) {
    let node = root;
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i);
      let child = node.next.get(code);
      if (child === undefined) {
        child = createNode();
        node.next.set(code, child);
      }
      node = child;
    }
    node.value = value;
  }
  const queue: Node[] = [root];
  for (const node of queue) {
    for (const [code, child] of node.next) {
      let fail = node.fail;
      while (fail !== null && !fail.next.has(code)) fail = fail.fail;
      child.fail = fail?.next.get(code) ?? root;
      child.shorter = child.fail.value !== null ? child.fail : child.fail.shorter;
      queue.push(child);
    }
  }
  return root;
}

/** Calls `found` for every occurrence (also overlapping ones) of every value, in no particular order. */
export function createValueSearch(
  values: readonly string[],
): (text: string, found: (hit: Hit) => void) => void {
  if (values.length <= FEW) {
    return (text, found) => {
      for (const value of values) {
        for (let start = text.indexOf(value); start >= 0; start = text.indexOf(value, start + 1)) {
          found({ start, end: start + value.length, value });
        }
      }
    };
  }
  const root = createAutomaton(values);
  return (text, found) => {
    let node = root;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      let child = node.next.get(code);
      while (child === undefined && node.fail !== null) {
        node = node.fail;
        child = node.next.get(code);
      }
      if (child === undefined) continue;
      node = child;
      for (let at: Node | null = node.value !== null ? node : node.shorter; at !== null; at = at.shorter) {
        const value = at.value as string;
        found({ start: i + 1 - value.length, end: i + 1, value });
      }
    }
  };
}
