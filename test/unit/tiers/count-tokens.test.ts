import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../contract/chat.ts';
import { tokenCounter } from '../../../tiers/count-tokens.ts';
import { encodingFor } from '../../../tiers/tiktoken-count.ts';

// The example of the OpenAI cookbook, "How to count tokens with tiktoken", with the counts that the API reported.
const COOKBOOK: ChatRequest = {
  model: 'x',
  messages: [
    {
      role: 'system',
      content:
        'You are a helpful, pattern-following assistant that translates corporate jargon into plain English.',
    },
    { role: 'system', name: 'example_user', content: 'New synergies will help drive top-line growth.' },
    {
      role: 'system',
      name: 'example_assistant',
      content: 'Things working well together will increase revenue.',
    },
    {
      role: 'system',
      name: 'example_user',
      content:
        "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
    },
    {
      role: 'system',
      name: 'example_assistant',
      content: "Let's talk later when we're less busy about how to do better.",
    },
    {
      role: 'user',
      content: "This late pivot means we don't have time to boil the ocean for the client deliverable.",
    },
  ],
};

describe('counting tokens', () => {
  it.each([
    ['gpt-4-0613', 129],
    ['gpt-3.5-turbo', 129],
    ['gpt-4o', 124],
    ['gpt-4o-mini', 124],
  ])('gives the count that the API reported for %s', async (model, tokens) => {
    expect(await tokenCounter.prompt(COOKBOOK, model)).toBe(tokens);
  });

  it.each([
    ['gpt-4', 'cl100k_base'],
    ['openai/gpt-4-turbo', 'cl100k_base'],
    ['gpt-3.5-turbo-0125', 'cl100k_base'],
    ['gpt-4.1-mini', 'o200k_base'],
    ['gpt-4o', 'o200k_base'],
    ['gpt-5', 'o200k_base'],
    ['llama-3.3-70b', 'o200k_base'],
  ])('%s is counted with %s', (model, encoding) => expect(encodingFor(model)).toBe(encoding));

  it('takes special tokens in a text for text', async () => {
    expect(await tokenCounter.text('<|endoftext|>', 'gpt-4o')).toBeGreaterThan(1);
    expect(await tokenCounter.text('', 'gpt-4o')).toBe(0);
  });

  it('counts content parts, tool calls and tools', async () => {
    const messages: ChatRequest['messages'] = [
      { role: 'user', content: [{ type: 'text', text: 'hello world' }] },
    ];
    const plain = await tokenCounter.prompt({ model: 'x', messages }, 'gpt-4o');
    expect(plain).toBe(3 + 4 + 2);
    const withCall = [
      ...messages,
      {
        role: 'assistant' as const,
        content: null,
        tool_calls: [{ id: '1', type: 'function', function: { name: 'hello', arguments: ' world' } }],
      },
    ];
    expect(await tokenCounter.prompt({ model: 'x', messages: withCall }, 'gpt-4o')).toBe(plain + 4 + 2);
    const tools = [{ type: 'function', function: { name: 'add', parameters: { type: 'object' } } }];
    expect(await tokenCounter.prompt({ model: 'x', messages, tools }, 'gpt-4o')).toBeGreaterThan(plain + 10);
  });

  it('bounds its work on huge texts and stays close', async () => {
    const sentence = 'The quick brown fox jumps over the lazy dog. ';
    const each = (await tokenCounter.text(sentence.repeat(20), 'gpt-4o')) / 20;
    const started = performance.now();
    const tokens = await tokenCounter.text(sentence.repeat(200_000), 'gpt-4o');
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(tokens / (each * 200_000)).toBeCloseTo(1, 1);
    expect(await tokenCounter.text('👋'.repeat(5_000), 'gpt-4o')).toBeGreaterThan(4_000);
  });
});
