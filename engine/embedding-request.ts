// The body of an embeddings request as the engine host reads it. Source: OpenAI API reference, "Create embeddings".
import { z } from 'zod';
import { optional, parse } from './request.ts';

const tokens = z.array(z.int().min(0)).min(1);
const text = z.string().min(1);

const embeddingBody = z.looseObject({
  model: optional(z.string()),
  /** OpenAI takes at most 2048 inputs. */
  input: z.union([text, tokens, z.array(text).min(1).max(2048), z.array(tokens).min(1).max(2048)]),
  encoding_format: optional(z.enum(['float', 'base64'])),
  dimensions: optional(z.int().min(1)),
});

export interface HostEmbeddingRequest {
  model: string | null;
  /** Each a text or token ids. */
  inputs: (string | number[])[];
  /** Little-endian f32 in base64, instead of numbers. */
  base64: boolean;
  /** Null: all of the model's. */
  dimensions: number | null;
}

/** @throws {GatewayError} INVALID_REQUEST */
export function parseEmbeddingRequest(body: unknown): HostEmbeddingRequest {
  const { model, input, encoding_format, dimensions } = parse(embeddingBody, body);
  const isOne = typeof input === 'string' || typeof input[0] === 'number';
  return {
    model: model ?? null,
    inputs: (isOne ? [input] : input) as (string | number[])[],
    base64: encoding_format === 'base64',
    dimensions: dimensions ?? null,
  };
}
