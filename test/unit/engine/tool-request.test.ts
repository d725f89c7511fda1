import { describe, expect, it } from 'vitest';
import { parseChatRequest } from '../../../engine/request.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const tool = (name: string) => ({ type: 'function', function: { name, parameters: { type: 'object' } } });
const tools = [tool('a'), tool('b')];
const use = (fields: object) => parseChatRequest({ messages, ...fields }).toolUse;

describe('tools of a request', () => {
  it('are read with their choice', () => {
    const [a, b] = tools.map((each) => each.function);
    expect(use({ tools })).toEqual({ tools: [a, b], choice: 'auto', parallel: true });
    expect(use({ tools, tool_choice: 'required', parallel_tool_calls: false })).toEqual({
      tools: [a, b],
      choice: 'required',
      parallel: false,
    });
    const named = { type: 'function', function: { name: 'b' } };
    expect(use({ tools, tool_choice: named })).toEqual({
      tools: [a, b],
      choice: { name: 'b' },
      parallel: true,
    });
    const allowed = { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [named] } };
    expect(use({ tools, tool_choice: allowed })).toEqual({ tools: [b], choice: 'required', parallel: true });
  });

  it('are unknown to the model where none may be called', () => {
    for (const fields of [{}, { tools: [] }, { tools: null }, { tools, tool_choice: 'none' }]) {
      expect(use(fields)).toBeNull();
    }
  });

  it.each([
    [{ tools: [{ type: 'function' }] }, 'INVALID_REQUEST', 'tools[0].function'],
    [{ tools: [{ type: 'custom', custom: { name: 'x' } }] }, 'UNSUPPORTED_FEATURE', 'tools[0].type'],
    [{ tools: [tool('a b')] }, 'INVALID_REQUEST', 'tools[0].function.name'],
    [{ tools: [tool('a'), tool('a')] }, 'INVALID_REQUEST', 'tools'],
    [{ tools, tool_choice: 'maybe' }, 'INVALID_REQUEST', 'tool_choice'],
    [{ tool_choice: 'required' }, 'INVALID_REQUEST', 'tool_choice'],
    [{ tools, tool_choice: { type: 'function', function: { name: 'c' } } }, 'INVALID_REQUEST', 'tool_choice'],
    [{ tools, parallel_tool_calls: 'no' }, 'INVALID_REQUEST', 'parallel_tool_calls'],
    [{ functions: [{ name: 'f' }] }, 'UNSUPPORTED_FEATURE', 'functions'],
  ])('%j are refused as %s at %s', (fields, code, param) => {
    expect(() => use(fields)).toThrow(expect.objectContaining({ code, param }));
  });

  it('come with variables for thinking templates', () => {
    const variables = (fields: object) => parseChatRequest({ messages, ...fields }).variables;
    expect(variables({ enable_thinking: false })).toEqual({ enable_thinking: false, thinking: false });
    expect(variables({ reasoning_effort: 'none' })).toEqual({
      reasoning_effort: 'none',
      enable_thinking: false,
      thinking: false,
    });
    expect(
      variables({ reasoning_effort: 'high', chat_template_kwargs: { enable_thinking: true, budget: 1 } }),
    ).toEqual({ reasoning_effort: 'high', enable_thinking: true, budget: 1 });
  });
});
