// OpenAI text completions on the wire: a body becomes a chat request inside (contract/chat.ts says how), and the answer
// a text completion again. Source: OpenAI API reference, "Create completion", "The completion object".
import { z } from 'zod';
import type { ChatChunk, ChatCompletion, ChatRequest } from '../../contract/chat.ts';
import { commonFields, parseBody } from './openai-chat.ts';
import type { SurfaceWire } from './surface.ts';

const ids = z.array(z.number().int().min(0)).min(1);

const textRequest = z.looseObject({
  ...commonFields,
  prompt: z.union([z.string(), ids, z.array(z.string()).min(1), z.array(ids).min(1)]),
  suffix: z.string().nullish(),
  echo: z.boolean().nullish(),
  logprobs: z.number().int().min(0).max(20).nullish(),
});

/** @throws {GatewayError} INVALID_JSON, INVALID_REQUEST with `param` */
export function parseTextRequest(text: string): ChatRequest {
  const { prompt, logprobs, ...rest } = parseBody(textRequest, text);
  const texts = typeof prompt === 'string' ? [prompt] : prompt.filter((each) => typeof each === 'string');
  return {
    ...rest,
    ...(texts.length === 0 && { input_ids: prompt as number[] | number[][] }),
    messages: (texts.length === 0 ? [''] : texts).map((content) => ({ role: 'user', content })),
    ...(logprobs !== null && logprobs !== undefined && { logprobs: true, top_logprobs: logprobs }),
  } as ChatRequest;
}

export const textWire: SurfaceWire = {
  completion: ({ choices, ...rest }: ChatCompletion): object => ({
    ...rest,
    object: 'text_completion',
    choices: choices.map(({ message, ...choice }) => ({ ...choice, text: message.content ?? '' })),
  }),
  chunk: ({ choices, ...rest }: ChatChunk): object => ({
    ...rest,
    object: 'text_completion',
    choices: choices.map(({ delta, ...choice }) => ({ ...choice, text: delta.content ?? '' })),
  }),
};
