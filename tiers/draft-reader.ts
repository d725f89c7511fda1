// Reads a draft out of a completion or out of the events of a stream, as far as it has come.
import type { ChatChunk, ChatCompletion, ChatEvent, ChatMessage } from '../contract/chat.ts';
import { ConfidenceMeter } from '../contract/confidence.ts';
import type { Draft, DraftConfidence, DraftJudge, DraftVerdict, TokenSignals } from '../contract/draft.ts';

interface TokenLogprob {
  logprob: number;
  top_logprobs?: { logprob: number }[];
}

const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);

function signalsIn(fields: Record<string, unknown>): TokenSignals {
  return {
    tokens: number(fields['tokens']) ?? 0,
    meanLogprob: number(fields['mean_logprob']),
    minLogprob: number(fields['min_logprob']),
    meanEntropy: number(fields['mean_entropy']),
    minMargin: number(fields['min_margin']),
    secondMargin: number(fields['second_margin']),
    nearTies: number(fields['near_ties']),
    closeTies: number(fields['close_ties']),
    rivals1: number(fields['rivals_1']),
    rivals3: number(fields['rivals_3']),
    rivals10: number(fields['rivals_10']),
    rivals30: number(fields['rivals_30']),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The engine host's own report (`tiergate.confidence`), which a body or chunk may carry. */
export function reportedConfidence(body: object): DraftConfidence | null {
  const { confidence } = ((body as Record<string, unknown>)['tiergate'] ?? {}) as { confidence?: unknown };
  if (!isObject(confidence)) return null;
  const { early } = confidence;
  return { ...signalsIn(confidence), early: isObject(early) ? signalsIn(early) : null };
}

/** Any other server's, from the log probabilities that the client asked for. */
function confidenceOf(tokens: readonly TokenLogprob[], earlyTokens: number): DraftConfidence | null {
  if (tokens.length === 0) return null;
  const meter = new ConfidenceMeter(earlyTokens);
  for (const { logprob, top_logprobs } of tokens) {
    const [first, second] = (top_logprobs ?? []).map((top) => Math.exp(top.logprob)).sort((a, b) => b - a);
    const margin = first === undefined || second === undefined ? null : first - second;
    meter.add({ logprob, margin, entropy: null });
  }
  return meter.confidence();
}

const logprobsOf = (logprobs: unknown): TokenLogprob[] =>
  (logprobs as { content?: TokenLogprob[] | null } | null | undefined)?.content ?? [];

const textOf = ({ content }: ChatMessage): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('');

/** @param earlyTokens as of `DraftJudge`; 0: nothing is known of the first tokens that the target did not say */
export function draftOf(completion: ChatCompletion, earlyTokens = 0): Draft {
  const [choice] = completion.choices;
  const { message, finish_reason, logprobs } = choice!;
  return {
    text: textOf(message),
    toolCalls: (message.tool_calls ?? []).map((call) => ({
      name: call.function?.name ?? '',
      arguments: call.function?.arguments ?? '',
    })),
    refusal: message.refusal ?? null,
    finishReason: finish_reason ?? 'stop',
    confidence: reportedConfidence(completion) ?? confidenceOf(logprobsOf(logprobs), earlyTokens),
  };
}

/** A draft that grows by the chunks of a stream. */
class DraftReader {
  readonly #draft: Draft = { text: '', toolCalls: [], refusal: null, finishReason: null, confidence: null };
  readonly #logprobs: TokenLogprob[] = [];
  #reported: DraftConfidence | null = null;
  /** Chunks that said something: the tokens, where nobody counts them. */
  #pieces = 0;
  readonly #earlyTokens: number;

  constructor(earlyTokens: number) {
    this.#earlyTokens = earlyTokens;
  }

  read(chunk: ChatChunk): void {
    this.#reported = reportedConfidence(chunk) ?? this.#reported;
    const choice = chunk.choices[0];
    if (choice === undefined) return;
    const { delta, finish_reason, logprobs } = choice;
    this.#logprobs.push(...logprobsOf(logprobs));
    if (delta.content || delta.reasoning_content || delta.tool_calls) this.#pieces += 1;
    this.#draft.text += delta.content ?? '';
    if (delta.refusal) this.#draft.refusal = (this.#draft.refusal ?? '') + delta.refusal;
    for (const { index, function: part } of delta.tool_calls ?? []) {
      this.#draft.toolCalls[index] ??= { name: '', arguments: '' };
      const call = this.#draft.toolCalls[index];
      call.name += part?.name ?? '';
      call.arguments += part?.arguments ?? '';
    }
    this.#draft.finishReason = finish_reason ?? this.#draft.finishReason;
  }

  draft(): Draft {
    return { ...this.#draft, confidence: this.#reported ?? confidenceOf(this.#logprobs, this.#earlyTokens) };
  }

  get tokens(): number {
    return this.#reported?.tokens ?? Math.max(this.#pieces, this.#logprobs.length);
  }
}

export interface JudgedStream {
  /** All that was read; nothing of it has been handed on. */
  read: ChatEvent[];
  draft: Draft;
  verdict: DraftVerdict;
  /** The stream is at its end. */
  isOver: boolean;
}

/**
 * Reads a stream as far as its judge needs: to its end, or until enough tokens are there to decide (`early`) or to give it up (`hold`).
 * Throws what the stream throws.
 */
export async function judgeStream(
  first: readonly ChatEvent[],
  events: AsyncIterator<readonly ChatEvent[]>,
  judge: Pick<DraftJudge, 'mode' | 'earlyTokens' | 'judge'>,
  onChunk: (chunk: ChatChunk) => void,
): Promise<JudgedStream> {
  const reader = new DraftReader(judge.earlyTokens);
  const read: ChatEvent[] = [];
  let batch: readonly ChatEvent[] = first;
  let isLookedAt = false;
  for (;;) {
    for (const event of batch) {
      onChunk(event.chunk);
      reader.read(event.chunk);
      read.push(event);
    }
    const draft = reader.draft();
    if (!isLookedAt && draft.finishReason === null && reader.tokens >= judge.earlyTokens) {
      isLookedAt = true;
      const verdict = judge.judge(draft);
      if (judge.mode === 'early' || !verdict.stands) return { read, draft, verdict, isOver: false };
    }
    const { done, value } = await events.next();
    if (done) {
      const whole = { ...draft, finishReason: draft.finishReason ?? 'stop' };
      return { read, draft: whole, verdict: judge.judge(whole), isOver: true };
    }
    batch = value;
  }
}
