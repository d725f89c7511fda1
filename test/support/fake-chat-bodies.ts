// Builds the bodies of the fake upstream: completions and chunks in OpenAI's shape, as the API reference shows them.
import type { ChatChunk, ChatCompletion, ChatMessage, ChatRequest, Usage } from '../../contract/chat.ts';

export interface FakeToolCall {
  name: string;
  /** JSON text. */
  arguments: string;
}

export interface AnswerParts {
  text: string;
  toolCalls: FakeToolCall[];
  finishReason: string;
  usage: Usage | null;
  /** Characters per delta, repeated when used up. */
  chunkSizes: number[];
}

/** Text of the last user message, text parts joined. */
export function lastUserText(request: ChatRequest): string {
  const message = request.messages?.findLast((one) => one.role === 'user');
  if (!message) return '';
  if (typeof message.content === 'string') return message.content;
  return (message.content ?? []).map((part) => part.text ?? '').join('');
}

/** The fake's own token count: a token is four characters. */
const fakeTokens = (text: string): number => Math.ceil(text.length / 4);

export function fakeUsage(request: ChatRequest, text: string): Usage {
  const prompt_tokens = fakeTokens(JSON.stringify(request.messages));
  const completion_tokens = Math.max(1, fakeTokens(text)) * (request.n ?? 1);
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

/** Cuts a text in pieces of the given sizes, taken in turn. Never empty. */
function pieces(text: string, sizes: number[]): string[] {
  const out: string[] = [];
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 4);
    out.push(text.slice(at, at + size));
    at += size;
  }
  return out.length > 0 ? out : [''];
}

const tokenLogprobs = (tokens: string[], top: number) => ({
  content: tokens.map((token) => ({
    token,
    logprob: -0.25,
    bytes: [...Buffer.from(token)],
    top_logprobs: Array.from({ length: top }, (_, i) => ({
      token,
      logprob: -0.25 - i,
      bytes: [...Buffer.from(token)],
    })),
  })),
  refusal: null,
});

const toolCallsOf = (calls: FakeToolCall[]) =>
  calls.map((call, i) => ({
    id: `call_${i}`,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }));

const base = (request: ChatRequest, serial: number) => ({
  id: `chatcmpl-fake${serial}`,
  created: 1_760_000_000,
  model: request.model,
  system_fingerprint: 'fp_fake',
});

export function completionBody(request: ChatRequest, parts: AnswerParts, serial: number): ChatCompletion {
  const message: ChatMessage = {
    role: 'assistant',
    content: parts.toolCalls.length > 0 ? null : parts.text,
    refusal: null,
  };
  if (parts.toolCalls.length > 0) message.tool_calls = toolCallsOf(parts.toolCalls);
  const logprobs = request.logprobs
    ? tokenLogprobs(pieces(parts.text, parts.chunkSizes), request.top_logprobs ?? 0)
    : null;
  return {
    ...base(request, serial),
    object: 'chat.completion',
    choices: Array.from({ length: request.n ?? 1 }, (_, index) => ({
      index,
      message,
      logprobs,
      finish_reason: parts.finishReason,
    })),
    ...(parts.usage && { usage: parts.usage }),
  };
}

/** Chunks of one streamed answer, without the usage chunk: role first, then deltas, then the finish reason. */
export function chunkBodies(request: ChatRequest, parts: AnswerParts, serial: number): ChatChunk[] {
  const head = { ...base(request, serial), object: 'chat.completion.chunk' as const };
  const choices = Array.from({ length: request.n ?? 1 }, (_, index) => index);
  const each = (
    delta: Record<string, unknown>,
    finish_reason: string | null = null,
    logprobs: unknown = null,
  ) => choices.map((index): ChatChunk => ({ ...head, choices: [{ index, delta, logprobs, finish_reason }] }));
  const deltas =
    parts.toolCalls.length > 0
      ? parts.toolCalls.flatMap((call, index) => [
          {
            tool_calls: [
              { index, id: `call_${index}`, type: 'function', function: { name: call.name, arguments: '' } },
            ],
          },
          ...pieces(call.arguments, parts.chunkSizes).map((text) => ({
            tool_calls: [{ index, function: { arguments: text } }],
          })),
        ])
      : pieces(parts.text, parts.chunkSizes).map((content) => ({ content }));
  return [
    ...each({ role: 'assistant', content: parts.toolCalls.length > 0 ? null : '', refusal: null }),
    ...deltas.flatMap((delta) =>
      each(
        delta,
        null,
        request.logprobs && 'content' in delta
          ? tokenLogprobs([delta.content], request.top_logprobs ?? 0)
          : null,
      ),
    ),
    ...each({}, parts.finishReason),
  ];
}

export const usageChunk = (chunk: ChatChunk, usage: Usage): ChatChunk => ({ ...chunk, choices: [], usage });
