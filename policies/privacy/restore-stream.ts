// The streaming half of restoring: what is held back, for which text, and when it is let go.
import type { ChatChunk, ChatChunkChoice, ChatDelta, ChatEvent, EventBatches } from '../../contract/chat.ts';
import { type AnswerPath, AnswerTexts, deltaAt } from './answer-texts.ts';
import { LogprobsRestorer, OffsetShift } from './restore-offsets.ts';
import { type Piece, type RestoreReport, type TextKind, TextRestorer, written } from './restore-text.ts';
import type { Vault } from './vault.ts';

/** One text of one choice that grows over the events. */
interface Channel {
  path: AnswerPath;
  restorer: TextRestorer;
}

const NO_PIECES: readonly Piece[] = [];
const ANNOTATIONS = new Set(['annotations']);

/** One choice of a streamed answer. */
class ChoiceRestorer {
  readonly #vault: Vault;
  readonly #report: RestoreReport | undefined;
  readonly #texts: AnswerTexts;
  readonly #channels = new Map<string, Channel>();
  readonly #logprobs = new LogprobsRestorer();
  readonly #shift = new OffsetShift();
  /** Of this event: what was settled, by channel, and whether the choice ends with it. */
  readonly #settled = new Map<string, readonly Piece[]>();
  #isLast = false;

  constructor(vault: Vault, report: RestoreReport | undefined) {
    this.#vault = vault;
    this.#report = report;
    this.#texts = new AnswerTexts(vault.answersInJson, (text, path, kind) =>
      this.#restoreText(text, path, kind),
    );
  }

  /** The choice with its texts restored, and in front of it what other texts have held back when it is the last. */
  push(choice: ChatChunkChoice): { flushed: ChatChunkChoice[]; choice: ChatChunkChoice } {
    this.#isLast = choice.finish_reason !== null && choice.finish_reason !== undefined;
    this.#settled.clear();
    let delta = this.#texts.map(choice.delta, ANNOTATIONS);
    const { annotations } = delta;
    if (Array.isArray(annotations)) {
      const moved = this.#shift.move(new AnswerTexts(false, (text) => text).map(annotations));
      if (moved !== annotations) delta = { ...delta, annotations: moved };
    }
    const logprobs = this.#restoreLogprobs(choice.logprobs);
    const flushed = this.#isLast ? this.flush(choice.index) : [];
    if (delta === choice.delta && logprobs === choice.logprobs) return { flushed, choice };
    return { flushed, choice: { ...choice, delta, ...(logprobs !== undefined && { logprobs }) } };
  }

  /** What is held back, as deltas. */
  flush(index: number): ChatChunkChoice[] {
    this.#isLast = true;
    const out: ChatChunkChoice[] = [];
    for (const [name, { path, restorer }] of this.#channels) {
      if (restorer.rest === '') continue;
      const pieces = restorer.push('', true);
      this.#settled.set(name, pieces);
      const logprobs = name === 'content' || name === 'refusal' ? this.#restoreLogprobs(null) : null;
      const delta = deltaAt(path, written(pieces)) as ChatDelta;
      out.push({ index, delta, finish_reason: null, ...(logprobs != null && { logprobs }) });
    }
    return out;
  }

  #restoreText(text: string, path: AnswerPath, kind: TextKind): string {
    const name = path.length === 1 ? String(path[0]) : path.join('\0');
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = { path: [...path], restorer: new TextRestorer(this.#vault, kind, this.#report) };
      this.#channels.set(name, channel);
    }
    const pieces = channel.restorer.push(text, this.#isLast);
    this.#settled.set(name, pieces);
    if (name === 'content') this.#shift.add(pieces);
    return written(pieces);
  }

  #restoreLogprobs(logprobs: unknown): unknown {
    if (!logprobs && !this.#logprobs.isUsed) return logprobs;
    const restored = this.#logprobs.restore(
      logprobs,
      (field) => this.#settled.get(field) ?? NO_PIECES,
      this.#isLast && this.#channels.get('content')?.restorer.rest === '',
    );
    this.#settled.delete('content');
    this.#settled.delete('refusal');
    return restored;
  }
}

class StreamRestorer {
  readonly #vault: Vault;
  readonly #report: RestoreReport | undefined;
  readonly #choices = new Map<number, ChoiceRestorer>();
  #last: ChatChunk | null = null;

  constructor(vault: Vault, report: RestoreReport | undefined) {
    this.#vault = vault;
    this.#report = report;
  }

  /** One event in, one or (before a finish) two onto `out`. */
  push(event: ChatEvent, out: ChatEvent[]): void {
    const { chunk } = event;
    this.#last = chunk;
    const flushed: ChatChunkChoice[] = [];
    let choices: ChatChunkChoice[] | null = null;
    for (let i = 0; i < chunk.choices.length; i += 1) {
      const before = chunk.choices[i] as ChatChunkChoice;
      const restored = this.#restorer(before.index).push(before);
      flushed.push(...restored.flushed);
      if (restored.choice === before) continue;
      choices ??= chunk.choices.slice();
      choices[i] = restored.choice;
    }
    if (flushed.length > 0) out.push(this.#extra(chunk, flushed));
    out.push(choices === null ? event : { chunk: { ...chunk, choices } });
  }

  /** What is still held back when the stream ends without a finish. */
  end(): ChatEvent[] {
    const flushed = [...this.#choices].flatMap(([index, restorer]) => restorer.flush(index));
    return flushed.length === 0 || this.#last === null ? [] : [this.#extra(this.#last, flushed)];
  }

  #restorer(index: number): ChoiceRestorer {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const restorer = new ChoiceRestorer(this.#vault, this.#report);
    this.#choices.set(index, restorer);
    return restorer;
  }

  #extra(chunk: ChatChunk, choices: ChatChunkChoice[]): ChatEvent {
    const { usage: _, ...head } = chunk;
    return { chunk: { ...head, choices } };
  }
}

/**
 * See restoreEvents. Written as an iterator by hand: `return()` reaches the source at once, also while an event is awaited.
 * When the source throws, what was held back is given out before the error is.
 */
export function createStreamRestorer(
  events: EventBatches,
  vault: Vault,
  report?: RestoreReport,
): EventBatches {
  return {
    [Symbol.asyncIterator]() {
      const source = events[Symbol.asyncIterator]();
      const restorer = new StreamRestorer(vault, report);
      let ended = false;
      let failure: { error: unknown } | null = null;

      return {
        async next() {
          let batch: ChatEvent[] = [];
          if (!ended) {
            try {
              const result = await source.next();
              if (result.done === true) ended = true;
              else for (const event of result.value) restorer.push(event, batch);
            } catch (error) {
              ended = true;
              failure = { error };
            }
            if (ended) batch = restorer.end();
          }
          if (batch.length > 0) return { done: false, value: batch };
          if (failure !== null) {
            const { error } = failure;
            failure = null;
            throw error;
          }
          return { done: true, value: undefined };
        },
        async return() {
          ended = true;
          await source.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
