// An engine whose "model" is arithmetic: the next token is a hash of the whole timeline. It keeps the boundary's rules
// (pages of 64 tokens, CONTEXT_OVERFLOW before any change, one step at a time), so that the scheduler's order, room
// and faults can be watched exactly. The real engine runs in the conformance and journey tests.
import type {
  NativeEngine,
  NativeSamplerOptions,
  NativeSession,
  NativeStepItem,
  NativeStepResult,
} from '../../../engine/binding.ts';

const PAGE = 64;
const pages = (tokens: number): number => Math.ceil(tokens / PAGE);

export class ScriptedSession implements NativeSession {
  readonly #others: readonly ScriptedSession[];
  timeline: number[] = [];
  sampler: NativeSamplerOptions | null = null;
  closed = false;

  /** `others`: all of the engine's sessions, whose prefixes may be adopted. */
  constructor(others: readonly ScriptedSession[]) {
    this.#others = others;
  }

  nPast(): number {
    return this.timeline.length;
  }
  truncate(nPast: number): void {
    if (nPast > this.timeline.length) throw new Error('truncated beyond the end');
    this.timeline.length = nPast;
  }
  /** As the engine: full pages of sessions that run, everything of closed ones. */
  adoptPrefix(tokens: Int32Array): number {
    for (const { timeline, closed } of this.#others) {
      const end = Math.min(
        closed ? timeline.length : timeline.length - (timeline.length % PAGE),
        tokens.length,
      );
      let length = 0;
      while (length < end && timeline[length] === tokens[length]) length++;
      if (length > this.timeline.length) this.timeline = [...tokens.subarray(0, length)];
    }
    return this.timeline.length;
  }
  setSampler(options: NativeSamplerOptions): void {
    this.sampler = options;
  }
  setGrammar(): void {}
  logits(): Float32Array {
    return new Float32Array();
  }
  close(): void {
    if (this.closed) throw new Error('closed twice');
    this.closed = true;
  }
}

/** The token that follows a timeline: 0 … 996. */
const nextToken = (timeline: readonly number[]): number =>
  timeline.reduce((hash, token) => (hash * 31 + token + 1) % 997, 7);

/** What a sequence of its own would generate. */
export function expectedTokens(prompt: readonly number[], count: number): number[] {
  const timeline = [...prompt];
  for (let i = 0; i < count; i++) timeline.push(nextToken(timeline));
  return timeline.slice(prompt.length);
}

export interface RecordedItem {
  tokens: number;
  draft: number;
  sample: boolean;
  past: number;
}

export class ScriptedEngine implements NativeEngine {
  readonly nCtx: number;
  readonly nBatch: number;
  readonly nLayers = 20;
  readonly kvBytes = 0;
  readonly sessions: ScriptedSession[] = [];
  readonly steps: RecordedItem[][] = [];
  closed = false;
  /** Its own clock: what its steps took, in milliseconds. */
  readonly clock: { ms: number };
  /** The token that follows a timeline. */
  next: (timeline: readonly number[]) => number = nextToken;
  /** Of each token that it samples after a timeline. */
  logprob: (timeline: readonly number[]) => number = () => -0.5;
  /** What a row and a step as such cost. */
  rowMs = 1;
  stepMs = 10;
  /** Called before a step changes anything; may throw. */
  fault: (items: NativeStepItem[]) => void = () => {};
  readonly #kvPages: number;
  #stepping = false;
  readonly readings: RecordedItem[][] = [];
  readingMs = 0;
  collectImportance(): void {}
  importance(): [] {
    return [];
  }
  #reading: {
    items: NativeStepItem[];
    layerMs: number;
    layersLeft: number;
    resolve: (results: NativeStepResult[]) => void;
    reject: (error: Error) => void;
  } | null = null;

  constructor({ nCtx = 512, nBatch = 64, kvTokens = 512, clock = { ms: 0 } } = {}) {
    this.clock = clock;
    this.nCtx = nCtx;
    this.nBatch = nBatch;
    this.#kvPages = pages(kvTokens);
  }

  get open(): ScriptedSession[] {
    return this.sessions.filter((session) => !session.closed);
  }

  savePrefixes(): Promise<number> {
    return Promise.resolve(0);
  }

  loadPrefixes(): void {}

  kvTokensFor(tokens: number): number {
    return pages(tokens) * PAGE;
  }

  freeKvTokens(): number {
    return (this.#kvPages - this.open.reduce((sum, session) => sum + pages(session.nPast()), 0)) * PAGE;
  }

  newSession(): ScriptedSession {
    const session = new ScriptedSession(this.sessions);
    this.sessions.push(session);
    return session;
  }

  async step(items: NativeStepItem[], readingMs = 0): Promise<NativeStepResult[]> {
    if (this.#stepping) throw new Error('two steps at once');
    this.#stepping = true;
    this.readingMs = 0;
    try {
      await new Promise((resolve) => setImmediate(resolve));
      const sum = this.#check(items);
      if (sum > 0) {
        this.clock.ms += this.stepMs + this.rowMs * sum;
        this.steps.push(recorded(items));
      }
      const results = this.#append(items);
      this.#readOn(readingMs);
      return results;
    } finally {
      this.#stepping = false;
    }
  }

  read(items: NativeStepItem[]): Promise<NativeStepResult[]> {
    if (this.#stepping || this.#reading) throw new Error('a reading beside a step or another reading');
    const sum = this.#check(items);
    this.readings.push(recorded(items));
    const layerMs = (this.rowMs * sum) / this.nLayers;
    return new Promise((resolve, reject) => {
      this.#reading = { items, layerMs, layersLeft: this.nLayers, resolve, reject };
    });
  }

  #readOn(readingMs: number): void {
    const reading = this.#reading;
    if (!reading) return;
    do {
      this.readingMs += reading.layerMs;
      reading.layersLeft--;
    } while (reading.layersLeft > 0 && this.readingMs + reading.layerMs <= readingMs);
    this.clock.ms += this.readingMs;
    if (reading.layersLeft > 0) return;
    this.#reading = null;
    reading.resolve(this.#append(reading.items));
  }

  /** What the engine refuses before any change. Returns the number of tokens. */
  #check(items: NativeStepItem[]): number {
    this.fault(items);
    const sum = items.reduce((total, { tokens, draft = [] }) => total + tokens.length + draft.length, 0);
    if (sum > this.nBatch) throw new Error(`a step of ${sum} tokens`);
    let missing = 0;
    for (const { session, tokens, draft = [] } of items) {
      const past = session.nPast();
      const end = past + tokens.length + draft.length;
      if ((session as ScriptedSession).closed) throw new Error('a closed session was stepped');
      if (this.#reading?.items.some((item) => item.session === session))
        throw new Error('a session that is being read was stepped');
      if (end > this.nCtx) throw overflow('context');
      missing += pages(end) - pages(past);
    }
    if (missing * PAGE > this.freeKvTokens()) throw overflow('KV budget');
    return sum;
  }

  #append(items: NativeStepItem[]): NativeStepResult[] {
    return items.map(({ session, tokens, sample, draft = new Int32Array() }) => {
      const { timeline } = session as ScriptedSession;
      timeline.push(...tokens);
      const following: NativeStepResult[] = [];
      for (const guess of sample ? draft : []) {
        if (guess !== this.next(timeline)) break;
        timeline.push(guess);
        following.push(result(this.next(timeline), this.logprob(timeline)));
      }
      const first = following.length > 0 ? timeline.at(-following.length)! : this.next(timeline);
      return sample
        ? { ...result(first, this.logprob(timeline)), ...(following.length > 0 && { following }) }
        : nothing;
    });
  }

  close(): void {
    this.closed = true;
    this.#reading?.reject(new Error('the engine was closed'));
  }
}

const recorded = (items: NativeStepItem[]): RecordedItem[] =>
  items.map(({ session, tokens, draft = [], sample }) => ({
    tokens: tokens.length,
    draft: draft.length,
    sample,
    past: session.nPast(),
  }));

const result = (token: number, logprob: number): NativeStepResult => ({
  sampled: token >= 0,
  error: '',
  token,
  logprob,
  entropy: 1,
  margin: 0.25,
  topTokens: new Int32Array(),
  topLogprobs: new Float32Array(),
});
const nothing = result(-1, 0);

const overflow = (what: string): Error =>
  Object.assign(new Error(`${what} overflows`), { code: 'CONTEXT_OVERFLOW' });
