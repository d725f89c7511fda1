import { describe, expect, it } from 'vitest';
import { parseEmbeddingRequest } from '../../../engine/embedding-request.ts';
import { createTextShape } from '../../../engine/text-bodies.ts';
import { parseTextRequest } from '../../../engine/text-request.ts';

describe('text completion requests', () => {
  it('have a default of 16 tokens and one prompt', () => {
    expect(parseTextRequest({ prompt: 'Once' })).toMatchObject({
      prompts: ['Once'],
      maxTokens: 16,
      n: 1,
      suffix: null,
      echo: false,
      logprobs: false,
    });
  });

  it.each([
    ['a text', 'a', ['a']],
    ['an empty text', '', ['']],
    ['texts', ['a', 'b'], ['a', 'b']],
    ['token ids', [1, 2], [[1, 2]]],
    ['lists of token ids', [[1], [2, 3]], [[1], [2, 3]]],
  ])('read %s', (_, prompt, prompts) => {
    expect(parseTextRequest({ prompt })).toMatchObject({ prompts });
  });

  it('read logprobs as a number of alternatives; 0 asks for the tokens alone', () => {
    expect(parseTextRequest({ prompt: 'a', logprobs: 0 })).toMatchObject({ logprobs: true, topLogprobs: 0 });
    expect(parseTextRequest({ prompt: 'a', logprobs: 5 })).toMatchObject({ logprobs: true, topLogprobs: 5 });
  });

  it.each([
    [{}, 'prompt'],
    [{ prompt: [] }, 'prompt'],
    [{ prompt: [1, 'a'] }, 'prompt'],
    [{ prompt: [[1.5]] }, 'prompt'],
    [{ prompt: 'a', logprobs: 21 }, 'logprobs'],
    [{ prompt: 'a', logprobs: true }, 'logprobs'],
    [{ prompt: Array(33).fill('a'), n: 2 }, 'prompt'],
  ])('are refused as %j at %s', (body, param) => {
    expect(() => parseTextRequest(body)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST', param }));
  });

  it.each([[{ echo: true, logprobs: 1 }], [{ echo: true, suffix: 'b' }], [{ best_of: 2 }]])(
    'refuse %j by name',
    (fields) => {
      expect(() => parseTextRequest({ prompt: 'a', ...fields })).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED_FEATURE' }),
      );
    },
  );
});

describe('text completion bodies', () => {
  const token = (text: string | number[], logprob: number) => {
    const bytes = typeof text === 'string' ? [...Buffer.from(text)] : text;
    const choice = { token: Buffer.from(bytes).toString(), logprob, bytes };
    return { ...choice, top_logprobs: [choice] };
  };
  const head = { id: 'cmpl-1', created: 1, model: 'm', system_fingerprint: 'f' };

  it('report tokens in the legacy shape, with offsets that go on over chunks', () => {
    const shape = createTextShape({ echoes: [], top: 1 });
    const first = [token('Hi', -1), token([0xe6, 0x97], -2)];
    const second = [token([0xa5], -3), token('!', -4)];
    const logprobs = (tokens: typeof first) =>
      (
        shape.chunk(head, 0, { part: null, logprobs: tokens }) as {
          choices: { logprobs: object }[];
        }
      ).choices[0]!.logprobs;
    expect(logprobs(first)).toEqual({
      tokens: ['Hi', 'bytes:\\xe6\\x97'],
      token_logprobs: [-1, -2],
      top_logprobs: [{ Hi: -1 }, { 'bytes:\\xe6\\x97': -2 }],
      text_offset: [0, 2],
    });
    expect(logprobs(second)).toMatchObject({ tokens: ['bytes:\\xa5', '!'], text_offset: [2, 3] });
  });

  it('leave top_logprobs null where no alternatives were asked for', () => {
    const shape = createTextShape({ echoes: [], top: 0 });
    const chunk = shape.chunk(head, 0, {
      part: { type: 'content', text: 'a' },
      logprobs: [token('a', -1)],
    });
    expect(chunk).toMatchObject({ choices: [{ logprobs: { top_logprobs: null, tokens: ['a'] } }] });
  });
});

describe('embedding requests', () => {
  it.each([
    ['a text', 'a', ['a']],
    ['texts', ['a', 'b'], ['a', 'b']],
    ['token ids', [1, 2], [[1, 2]]],
    ['lists of token ids', [[1], [2, 3]], [[1], [2, 3]]],
  ])('read %s', (_, input, inputs) => {
    expect(parseEmbeddingRequest({ input })).toEqual({
      model: null,
      inputs,
      base64: false,
      dimensions: null,
    });
  });

  it.each([
    [{}, 'input'],
    [{ input: '' }, 'input'],
    [{ input: [] }, 'input'],
    [{ input: ['a', ''] }, 'input'],
    [{ input: 'a', encoding_format: 'hex' }, 'encoding_format'],
    [{ input: 'a', dimensions: 0 }, 'dimensions'],
  ])('are refused as %j at %s', (body, param) => {
    expect(() => parseEmbeddingRequest(body)).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST', param: expect.stringContaining(param) }),
    );
  });
});
