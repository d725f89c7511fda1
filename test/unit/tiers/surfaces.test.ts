import { describe, expect, it } from 'vitest';
import type { ChatChunk, ChatCompletion, ChatRequest } from '../../../contract/chat.ts';
import { parseEmbeddingsRequest } from '../../../router/wire/openai-embeddings.ts';
import { parseTextRequest, textWire } from '../../../router/wire/openai-text.ts';
import openai from '../../../tiers/providers/openai.ts';
import {
  chatChunkOfText,
  chatOfEmbeddings,
  chatOfText,
  embeddingsRequest,
  textRequest,
} from '../../../tiers/surfaces.ts';

describe('a text completion that travels as a chat', () => {
  it.each([
    { model: 'm', prompt: 'Once', suffix: 'end', echo: false, temperature: 0.5, stop: ['x'], best_of: 2 },
    { model: 'm', prompt: ['a', 'b'], n: 2, stream: true, stream_options: { include_usage: true } },
    { model: 'm', prompt: [1, 2, 3], logprobs: 0 },
    { model: 'm', prompt: [[1], [2, 3]], logprobs: 5, vendor_field: { kept: true } },
    { model: 'm', prompt: '' },
  ])('reaches the upstream as it was: %j', (body) => {
    expect(textRequest(parseTextRequest(JSON.stringify(body)))).toEqual(body);
  });

  it('comes back as it was, whole and in chunks', () => {
    const choice = { index: 0, text: 'upon', logprobs: { tokens: ['upon'] }, finish_reason: 'length' };
    const body = {
      id: 'cmpl-1',
      object: 'text_completion',
      created: 1,
      model: 'm',
      choices: [choice],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    };
    expect(textWire.completion(openai.fromWire(chatOfText(body)) as ChatCompletion)).toEqual(body);
    expect(textWire.chunk(openai.fromWireChunk(chatChunkOfText(body)) as ChatChunk)).toEqual(body);
  });

  it('is refused as no text completion', () => {
    expect(() => openai.fromWire(chatOfText({ object: 'list', data: [] }))).toThrow(
      expect.objectContaining({ code: 'PROVIDER_PROTOCOL' }),
    );
    expect(() => openai.fromWireChunk(chatChunkOfText({ error: { message: 'overloaded' } }))).toThrow(
      /overloaded/,
    );
  });
});

describe('an embeddings request that travels as a chat', () => {
  it.each([
    { model: 'm', input: 'a', encoding_format: 'base64', dimensions: 256 },
    { model: 'm', input: ['a', 'b'], user: 'u' },
    { model: 'm', input: [1, 2] },
    { model: 'm', input: [[1], [2]] },
  ])('reaches the upstream as it was: %j', (body) => {
    const inside: ChatRequest = parseEmbeddingsRequest(JSON.stringify(body));
    expect(embeddingsRequest(inside)).toEqual(body);
  });

  it('is refused where the upstream gave no data', () => {
    expect(() => chatOfEmbeddings({ object: 'list' }, openai.errorMessage)).toThrow(
      expect.objectContaining({ code: 'PROVIDER_PROTOCOL' }),
    );
    expect(() => chatOfEmbeddings({ error: { message: 'no such model' } }, openai.errorMessage)).toThrow(
      /no such model/,
    );
  });
});
