// What is measured, and who can measure it.

export interface Test {
  /** pp512, tg128@2048, batch8:64@64 (bench/native/engine_bench.cpp); "+busy": beside one busy process. */
  name: string;
  kind: 'prefill' | 'decode' | 'batch';
  /** Sequences that grow together. */
  nSequences: number;
  /** Tokens of each that are timed. */
  nTokens: number;
  /** Tokens of each before those. */
  depth: number;
  isBusy: boolean;
}

/** @throws {RangeError} for a name of another form. */
export function parseTest(name: string): Test {
  const isBusy = name.endsWith('+busy');
  const bare = isBusy ? name.slice(0, -5) : name;
  const [prefill, decode, batch] = [
    /^pp(\d+)$/.exec(bare),
    /^tg(\d+)@(\d+)$/.exec(bare),
    /^batch(\d+):(\d+)@(\d+)$/.exec(bare),
  ].map((match) => match?.slice(1).map(Number));
  const test = (kind: Test['kind'], nSequences = 1, nTokens = 0, depth = 0): Test => ({
    name,
    kind,
    nSequences,
    nTokens,
    depth,
    isBusy,
  });
  if (prefill) return test('prefill', 1, prefill[0]);
  if (decode) return test('decode', 1, decode[0], decode[1]);
  if (batch) return test('batch', batch[0], batch[1], batch[2]);
  throw new RangeError(
    `unknown test ${name}; a test is pp512, tg128@2048 or batch8:64@64, with +busy or not`,
  );
}

/** The name without "+busy". */
export const bareName = ({ name }: Test): string => name.replace('+busy', '');

export interface Contender {
  name: string;
  /** Tests of one kind, once each: tokens a second by `bareName`. What it cannot do is left out. */
  measure(tests: readonly Test[], nThreads: number): Promise<Map<string, number>>;
  /** Ways to load the model, take a prompt of 8 tokens and end; none: it has no such program. */
  starts?: readonly Start[];
}

export interface Start {
  name: string;
  program: string;
  /** `folder`: for what one run leaves to the next. */
  args: (nThreads: number, folder: string) => string[];
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[middle]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
};

/** In the order of each group's first item. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
