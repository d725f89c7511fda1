// Guesses from a second, smaller model of the same vocabulary. It has its own engine and its own K/V; all sequences that
// guess take its steps together, one step a guess. A request that its engine refuses (no room) goes on without guesses.
import type { NativeEngine, NativeSession, NativeStepItem, NativeStepResult } from '../binding.ts';
import { blend } from '../step-times.ts';
import { type Drafter, GuessRecord } from './drafter.ts';

/** Rows of known text that one step of the draft model reads at most: running streams wait for it. */
const CATCH_UP_ROWS = 128;
/** A sequence whose guesses do not pay makes one more try after so many tokens. */
const TRY_AGAIN_AFTER = 64;

/** What the coming step of the target offers. */
export interface GuessOffer {
  /** Most guesses of one sequence. */
  most: number;
  /** Of checking one guess, in tokens decoded without guesses. */
  cost: number;
  /** Sequences that decode, and milliseconds of their step without guesses. */
  decoding: number;
  plainMs: number;
}

/** One sequence's timeline in the draft model. */
export class ModelDrafter implements Drafter {
  readonly #tokens: Int32Array;
  readonly #nVocab: number;
  readonly #open: () => NativeSession;
  readonly #record = new GuessRecord();
  #session: NativeSession | null = null;
  /** A step of the draft model is using the session. */
  #isStepping = false;
  #isOver = false;
  /** Tokens of the sequence when it could first guess. */
  #firstLength = -1;
  /** Tokens of the sequence when guessing stopped paying; -1: it pays. */
  #stoppedAt = -1;
  /** The guesses of what follows the first #length tokens. The timeline has all of them, or all but the last. */
  #guesses: number[] = [];
  #length = 0;
  #wanted = 0;
  #price = 0;

  /** nVocab: tokens that both models know. */
  constructor(tokens: Int32Array, nVocab: number, open: () => NativeSession) {
    this.#tokens = tokens;
    this.#nVocab = nVocab;
    this.#open = open;
  }

  propose(length: number, most: number): Int32Array {
    return Int32Array.from(length === this.#length ? this.#guesses.slice(0, most) : []);
  }

  learn(length: number, sampled: number): void {
    if (length !== this.#length) return;
    for (const [i, guess] of this.#guesses.slice(0, sampled).entries()) {
      const isRight = guess === this.#tokens[length + i];
      this.#record.note(isRight);
      if (!isRight) return;
    }
  }

  close(): void {
    this.#isOver = true;
    this.#guesses = [];
    if (this.#isStepping) return;
    this.#session?.close();
    this.#session = null;
  }

  /**
   * Prepares to guess what follows `length` tokens; false: it would not pay. `price`: of one guess made and checked, in
   * tokens; `rowCost`: of reading one token, likewise.
   */
  begin(length: number, most: number, price: number, rowCost: number): boolean {
    if (this.#isOver) return false;
    try {
      this.#takeBack();
      this.#length = length;
      if (!this.#pays(length, most, price, rowCost)) return false;
      this.#price = price;
      this.#session ??= this.#openSession(length);
      // The last token's logits are wanted, so it is fed (again).
      if (this.#session.nPast() >= length) this.#session.truncate(length - 1);
      if (this.#tokens.subarray(this.#session.nPast(), length).every((token) => token < this.#nVocab))
        return true;
    } catch {
      // No room in its K/V: it goes on without guesses.
    }
    this.close();
    return false;
  }

  /** Wrong guesses leave the timeline. */
  #takeBack(): void {
    const fed = this.#guesses.slice(0, Math.max(0, (this.#session?.nPast() ?? 0) - this.#length));
    const wrong = fed.findIndex((guess, i) => guess !== this.#tokens[this.#length + i]);
    if (wrong >= 0) this.#session?.truncate(this.#length + wrong);
    this.#guesses = [];
  }

  #pays(length: number, most: number, price: number, rowCost: number): boolean {
    if (this.#firstLength < 0) this.#firstLength = length;
    // The text so far is read when the answer has grown as long as that reading costs: no short answer is held up by it.
    if (this.#session === null && length - this.#firstLength < length * rowCost) return false;
    this.#wanted = Math.min(most, this.#record.worthwhile(price));
    if (this.#wanted > 0) this.#stoppedAt = -1;
    else if (this.#stoppedAt < 0) this.#stoppedAt = length;
    else if (length - this.#stoppedAt >= TRY_AGAIN_AFTER) {
      this.#stoppedAt = length;
      this.#wanted = Math.min(most, 1);
    }
    return this.#wanted > 0;
  }

  #openSession(length: number): NativeSession {
    const session = this.#open();
    session.setSampler({ temperature: 0 });
    session.adoptPrefix(this.#tokens.slice(0, length - 1));
    return session;
  }

  /** What it needs of the next step: known text first, at most `rows`, then its last guess. */
  item(rows: number): NativeStepItem {
    const session = this.#session!;
    const nPast = session.nPast();
    const guess = this.#guesses.at(-1);
    const tokens =
      guess === undefined
        ? this.#tokens.slice(nPast, Math.min(this.#length, nPast + rows))
        : Int32Array.of(guess);
    this.#isStepping = true;
    return { session, tokens, sample: nPast + tokens.length >= this.#length, nTop: 0 };
  }

  /** No step is using it. False: the sequence has ended meanwhile. */
  goesOn(): boolean {
    this.#isStepping = false;
    if (this.#isOver) this.close();
    return !this.#isOver;
  }

  /** result: null when the step failed. True: it takes part in the next one. */
  take(result: NativeStepResult | null): boolean {
    this.#isStepping = false;
    if (this.#isOver || result === null || result.error) {
      this.close();
      return false;
    }
    if (!result.sampled) return false;
    const { token, logprob } = result;
    // A guess that the draft model itself trusts less than it costs ends them; its step was for nothing.
    if (token >= this.#nVocab || Math.exp(logprob) < this.#price) {
      this.#record.note(false);
      return false;
    }
    this.#guesses.push(token);
    return this.#guesses.length < this.#wanted;
  }
}

/** A sequence that may guess: the first `length` of `tokens` are known. */
export interface Guessing {
  drafter: ModelDrafter;
  tokens: Int32Array;
  length: number;
}

export interface DraftModelOptions {
  engine: NativeEngine;
  /** Tokens that both models know. */
  nVocab: number;
  /** Milliseconds; default: performance.now. */
  now?: () => number;
}

/** The draft model of one host. */
export class DraftModel {
  readonly #engine: NativeEngine;
  readonly #nVocab: number;
  readonly #now: () => number;
  /** A sequence's share of a step with one token each; a row of known text. */
  #shareMs: number | null = null;
  #rowMs: number | null = null;

  constructor({ engine, nVocab, now = () => performance.now() }: DraftModelOptions) {
    this.#engine = engine;
    this.#nVocab = nVocab;
    this.#now = now;
  }

  drafter(tokens: Int32Array): ModelDrafter {
    return new ModelDrafter(tokens, this.#nVocab, () => this.#engine.newSession());
  }

  /** Lets those guess for whom it pays; their `propose` then tells. One call at a time. Never fails. */
  async guess(sequences: readonly Guessing[], offer: GuessOffer): Promise<void> {
    // Until it was measured: cheap enough to try.
    const inTokens = (ms: number | null): number => ((ms ?? 0) * offer.decoding) / offer.plainMs;
    const price = offer.cost + inTokens(this.#shareMs);
    let drafting = sequences
      .filter(({ drafter, length, tokens }) => {
        const most = Math.min(offer.most, this.#engine.nCtx - length, tokens.length - length - 1);
        return drafter.begin(length, most, price, inTokens(this.#rowMs));
      })
      .map(({ drafter }) => drafter);
    while (drafting.length > 0) drafting = await this.#step(drafting);
  }

  /** Returns who guesses on. */
  async #step(all: readonly ModelDrafter[]): Promise<ModelDrafter[]> {
    const drafting = all.filter((drafter) => drafter.goesOn());
    if (drafting.length === 0) return [];
    const share = Math.max(1, Math.floor(CATCH_UP_ROWS / drafting.length));
    const items = drafting.map((drafter) => drafter.item(share));
    const begun = this.#now();
    let results: NativeStepResult[] | null = null;
    try {
      results = await this.#engine.step(items);
    } catch {
      // The engine has changed nothing. Alone, all but the culprit go on.
      if (drafting.length > 1) {
        const each: ModelDrafter[] = [];
        for (const drafter of drafting) each.push(...(await this.#step([drafter])));
        return each;
      }
    }
    if (results) this.#measure(items, this.#now() - begun);
    return drafting.filter((drafter, index) => drafter.take(results?.[index] ?? null));
  }

  #measure(items: readonly NativeStepItem[], ms: number): void {
    const rows = items.reduce((sum, { tokens }) => sum + tokens.length, 0);
    if (rows <= 2 * items.length) this.#shareMs = blend(this.#shareMs, ms / items.length);
    else this.#rowMs = blend(this.#rowMs, ms / rows);
  }

  /** No call of `guess` may be under way. */
  close(): void {
    this.#engine.close();
  }
}
