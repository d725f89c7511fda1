import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../contract/errors.ts';
import { parseChatRequest } from '../../../engine/request.ts';

const messages = [{ role: 'user', content: 'Hi' }];

const failure = (body: unknown): unknown => {
  try {
    return parseChatRequest(body);
  } catch (error) {
    return error;
  }
};

describe('engine host requests', () => {
  it("fills in OpenAI's defaults, with a fresh seed each time", () => {
    const first = parseChatRequest({ messages });
    expect(first).toMatchObject({
      stream: false,
      n: 1,
      maxTokens: null,
      stop: [],
      sampler: { temperature: 1 },
      logprobs: false,
      topLogprobs: 0,
      turn: { priority: 0, startWithinMs: null, user: null },
    });
    expect(parseChatRequest({ messages }).seed).not.toBe(first.seed);
  });

  it('reads every sampling field under its wire name', () => {
    const request = parseChatRequest({
      messages,
      temperature: 0,
      top_p: 0.9,
      top_k: 40,
      min_p: 0.05,
      repetition_penalty: 1.1,
      presence_penalty: -1,
      frequency_penalty: 2,
      logit_bias: { '5': -100, '7': 3.5 },
      seed: -1,
      stop: 'END',
      max_tokens: 5,
      max_completion_tokens: 9,
      logprobs: true,
      top_logprobs: 3,
      stream: true,
      stream_options: { include_usage: true },
      reasoning_effort: 'low',
      chat_template_kwargs: { enable_thinking: false },
      user: 'ann',
      priority: -3,
      start_within_ms: 2000,
    });
    expect(request).toMatchObject({
      turn: { user: 'ann', priority: -3, startWithinMs: 2000 },
      maxTokens: 9,
      stop: ['END'],
      seed: 2n ** 64n - 1n,
      logprobs: true,
      topLogprobs: 3,
      includeUsage: true,
      variables: { reasoning_effort: 'low', enable_thinking: false },
    });
    expect(request.sampler).toEqual({
      temperature: 0,
      topP: 0.9,
      topK: 40,
      minP: 0.05,
      repetitionPenalty: 1.1,
      presencePenalty: -1,
      frequencyPenalty: 2,
      logitBias: [
        [5, -100],
        [7, 3.5],
      ],
    });
  });

  it('takes null for an absent field, as OpenAI does', () => {
    expect(
      parseChatRequest({ messages, temperature: null, stop: null, n: null, seed: null, tools: null }),
    ).toMatchObject({
      sampler: { temperature: 1 },
      n: 1,
    });
  });

  it.each([
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'king', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [{ messages, temperature: 3 }, 'temperature'],
    [{ messages, top_p: 0 }, 'top_p'],
    [{ messages, n: 0 }, 'n'],
    [{ messages, max_tokens: 0 }, 'max_tokens'],
    [{ messages, max_tokens: 1.5 }, 'max_tokens'],
    [{ messages, logit_bias: { x: 1 } }, 'logit_bias.x'],
    [{ messages, logit_bias: { 1: 101 } }, 'logit_bias.1'],
    [{ messages, top_logprobs: 21 }, 'top_logprobs'],
    [{ messages, top_logprobs: 2 }, 'top_logprobs'],
  ])('refuses %j at %s', (body, param) => {
    expect(failure(body)).toMatchObject({ code: 'INVALID_REQUEST', param });
  });

  it.each([
    ['functions', [{ name: 'f' }]],
    ['modalities', ['text', 'audio']],
    ['audio', { voice: 'x' }],
  ])('refuses %s by name instead of ignoring it', (param, value) => {
    expect(failure({ messages, [param]: value })).toMatchObject({ code: 'UNSUPPORTED_FEATURE', param });
  });

  it('accepts the forms of those fields that ask for nothing', () => {
    const idle = {
      tools: [],
      response_format: { type: 'text' },
      modalities: ['text'],
      web_search_options: null,
    };
    expect(failure({ messages, ...idle })).toMatchObject({ n: 1 });
    expect(
      failure({ messages, tools: [{ type: 'function', function: { name: 'f' } }], tool_choice: 'none' }),
    ).toMatchObject({ n: 1 });
  });

  it('answers any JSON with a request or a GatewayError', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.record({ messages: fc.jsonValue(), n: fc.jsonValue() })),
        (body) => {
          const result = failure(body);
          if (result instanceof Error) expect(result).toBeInstanceOf(GatewayError);
        },
      ),
    );
  });
});
