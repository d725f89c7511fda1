// The body of a text completion as the engine host reads it. Source: OpenAI API reference, "Create completion".
import { z } from 'zod';
import { GatewayError } from '../contract/errors.ts';
import { optional, parse, type SamplingRequest, sampling, samplingOf, unsupported } from './request.ts';

const tokens = z.array(z.int().min(0)).min(1);

const textBody = z.looseObject({
  ...sampling,
  prompt: z.union([z.string(), tokens, z.array(z.string()).min(1), z.array(tokens).min(1)]),
  suffix: optional(z.string()),
  echo: optional(z.boolean()),
  // OpenAI allows 5; as in chat completions the engine can tell 20.
  logprobs: optional(z.int().min(0).max(20)),
});

/** OpenAI's default for text completions. */
const DEFAULT_MAX_TOKENS = 16;
/** Prompts times n: as many answers as one request may ask for. */
const MAX_CHOICES = 64;

export interface HostTextRequest extends SamplingRequest {
  /** Each a text or token ids; every one gets `n` choices, in this order. */
  prompts: (string | number[])[];
  /** What comes after the answer; null: nothing is known of it. */
  suffix: string | null;
  /** The answer begins with the prompt itself. */
  echo: boolean;
}

/** @throws {GatewayError} INVALID_REQUEST, UNSUPPORTED_FEATURE */
export function parseTextRequest(body: unknown): HostTextRequest {
  const parsed = parse(textBody, body);
  const { prompt } = parsed;
  const isOne = typeof prompt === 'string' || typeof prompt[0] === 'number';
  const prompts = (isOne ? [prompt] : prompt) as (string | number[])[];
  const request = samplingOf(parsed, parsed.max_tokens ?? DEFAULT_MAX_TOKENS);
  if (prompts.length * request.n > MAX_CHOICES) {
    throw new GatewayError(
      'INVALID_REQUEST',
      `${prompts.length} prompts with n = ${request.n} make ${prompts.length * request.n} answers; ask for at most ${MAX_CHOICES}`,
      { param: 'prompt' },
    );
  }
  const withLogprobs = parsed.logprobs !== null && parsed.logprobs !== undefined;
  const echo = parsed.echo ?? false;
  if (echo && withLogprobs) throw unsupported('echo together with logprobs', 'leave one of them out');
  const suffix = parsed.suffix || null;
  if (echo && suffix !== null) throw unsupported('echo together with suffix', 'leave one of them out');
  return {
    ...request,
    logprobs: withLogprobs,
    topLogprobs: parsed.logprobs ?? 0,
    prompts,
    suffix,
    echo,
  };
}
