// The streaming half of restoring: what is held back, for which text, and when it is let go.
import type {
  ChatChunk,
  ChatChunkChoice,
  ChatDelta,
  ChatEvent,
  EventBatches,
  ToolCallDelta,
} from '../../contract/chat.ts';
import { type Encoding, type RestoreReport, restorePiece } from './restore-text.ts';
import type { Vault } from './vault.ts';

/** One text of one choice that grows over the events. */
interface Channel {
  encoding: Encoding;
  /** The end of the text so far that may be the beginning of a placeholder. */
  rest: string;
  /** A delta that carries `text` in this channel's place. */
  delta(text: string): ChatDelta;
}

/** Strings of a delta that are no text of the model. */
const NAMES = new Set(['role', 'name', 'id', 'type']);

class StreamRestorer {
  readonly #vault: Vault;
  readonly #report: RestoreReport | undefined;
  /** choice index -> channel name -> channel */
  readonly #choices = new Map<number, Map<string, Channel>>();
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
      const choice = chunk.choices[i] as ChatChunkChoice;
      const isLast = choice.finish_reason !== null && choice.finish_reason !== undefined;
      const touched = new Set<string>();
      const delta = this.#restoreDelta(choice, isLast, touched);
      if (isLast) flushed.push(...this.#flush(choice.index, touched));
      if (delta === choice.delta) continue;
      choices ??= chunk.choices.slice();
      choices[i] = { ...choice, delta };
    }
    if (flushed.length > 0) out.push(this.#extra(chunk, flushed));
    out.push(choices === null ? event : { chunk: { ...chunk, choices } });
  }

  /** What is still held back when the stream ends without a finish. */
  end(): ChatEvent[] {
    const flushed = [...this.#choices.keys()].flatMap((index) => this.#flush(index, new Set()));
    return flushed.length === 0 || this.#last === null ? [] : [this.#extra(this.#last, flushed)];
  }

  #extra(chunk: ChatChunk, choices: ChatChunkChoice[]): ChatEvent {
    const { usage: _, ...head } = chunk;
    return { chunk: { ...head, choices } };
  }

  #flush(index: number, except: ReadonlySet<string>): ChatChunkChoice[] {
    const out: ChatChunkChoice[] = [];
    for (const [name, channel] of this.#choices.get(index) ?? []) {
      if (channel.rest === '' || except.has(name)) continue;
      const { out: text } = restorePiece(channel.rest, this.#vault, channel.encoding, true, this.#report);
      channel.rest = '';
      out.push({ index, delta: channel.delta(text), finish_reason: null });
    }
    return out;
  }

  #restoreText(
    choice: number,
    name: string,
    text: string,
    isLast: boolean,
    create: () => Omit<Channel, 'rest'>,
  ): string {
    let channels = this.#choices.get(choice);
    let channel = channels?.get(name);
    const mayStart = text.includes('[') || text.endsWith('\\');
    if (!mayStart && (channel === undefined || channel.rest === '')) return text;
    if (channels === undefined) {
      channels = new Map();
      this.#choices.set(choice, channels);
    }
    if (channel === undefined) {
      channel = { ...create(), rest: '' };
      channels.set(name, channel);
    }
    const { out, rest } = restorePiece(
      channel.rest + text,
      this.#vault,
      channel.encoding,
      isLast,
      this.#report,
    );
    channel.rest = rest;
    return out;
  }

  #restoreDelta(choice: ChatChunkChoice, isLast: boolean, touched: Set<string>): ChatDelta {
    const { delta, index } = choice;
    const changes: Record<string, unknown> = {};
    for (const key in delta) {
      const value = delta[key];
      if (typeof value === 'string' && value !== '' && !NAMES.has(key)) {
        touched.add(key);
        const encoding = key === 'content' && this.#vault.answersInJson ? 'json' : 'text';
        const out = this.#restoreText(index, key, value, isLast, () => ({
          encoding,
          delta: (text) => ({ [key]: text }),
        }));
        if (out !== value) changes[key] = out;
      } else if (key === 'tool_calls' && Array.isArray(value)) {
        const calls = value.map((call: ToolCallDelta) => this.#restoreCall(index, call, isLast, touched));
        if (calls.some((call, i) => call !== value[i])) changes[key] = calls;
      } else if (key === 'function_call') {
        const call = value as { arguments?: unknown } | null;
        if (typeof call?.arguments !== 'string') continue;
        touched.add(key);
        const out = this.#restoreText(index, key, call.arguments, isLast, () => ({
          encoding: 'json',
          delta: (text) => ({ function_call: { arguments: text } }),
        }));
        if (out !== call.arguments) changes[key] = { ...call, arguments: out };
      }
    }
    return Object.keys(changes).length === 0 ? delta : { ...delta, ...changes };
  }

  #restoreCall(choice: number, call: ToolCallDelta, isLast: boolean, touched: Set<string>): ToolCallDelta {
    const field = call.function === undefined ? 'custom' : 'function';
    const part = field === 'function' ? 'arguments' : 'input';
    const body = call[field] as Record<string, unknown> | undefined;
    const value = body?.[part];
    if (typeof value !== 'string') return call;
    const name = `${field} ${call.index}`;
    touched.add(name);
    const out = this.#restoreText(choice, name, value, isLast, () => ({
      encoding: field === 'function' ? 'json' : 'text',
      delta: (text) => ({ tool_calls: [{ index: call.index, [field]: { [part]: text } }] }),
    }));
    return out === value ? call : { ...call, [field]: { ...body, [part]: out } };
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
