// OpenAI embeddings on the wire: each input becomes a user message inside, and the response's `data` comes back as it is.
// Source: OpenAI API reference, "Create embeddings".
import { z } from 'zod';
import type { ChatRequest } from '../../contract/chat.ts';
import { parseBody } from './openai-chat.ts';
import type { SurfaceWire } from './surface.ts';

const ids = z.array(z.number().int().min(0)).min(1);
const text = z.string().min(1);

const embeddingsRequest = z.looseObject({
  model: z.string().min(1),
  input: z.union([text, ids, z.array(text).min(1).max(2048), z.array(ids).min(1).max(2048)]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.number().int().min(1).nullish(),
  user: z.string().nullish(),
});

/** @throws {GatewayError} INVALID_JSON, INVALID_REQUEST with `param` */
export function parseEmbeddingsRequest(body: string): ChatRequest {
  const { input, ...rest } = parseBody(embeddingsRequest, body);
  const texts = typeof input === 'string' ? [input] : input.filter((each) => typeof each === 'string');
  return {
    ...rest,
    ...(texts.length === 0 && { input_ids: input as number[] | number[][] }),
    messages: (texts.length === 0 ? [''] : texts).map((content) => ({ role: 'user', content })),
    stream: false,
  } as ChatRequest;
}

export const embeddingsWire: SurfaceWire = {
  completion: ({ data, model, usage }) => ({ object: 'list', data, model, usage }),
  // Embeddings are never streamed.
  chunk: (chunk) => chunk,
};
