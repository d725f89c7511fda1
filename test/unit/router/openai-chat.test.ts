import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../contract/built-file.ts';
import { GatewayError } from '../../../contract/errors.ts';
import { chatRequest, isPlainChat, parseChatRequest } from '../../../router/wire/openai-chat.ts';

const RECORDED = join(packageRoot, '..', 'shared', 'data', 'streams');

const refusal = (text: string): GatewayError => {
  try {
    parseChatRequest(text);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
};

describe('parseChatRequest', () => {
  it('keeps every field, also those it does not know', () => {
    const body = {
      model: 'auto',
      messages: [{ role: 'user', content: 'hi', audio: { id: 'x' } }],
      reasoning_effort: 'low',
      n: 2,
    };
    expect(parseChatRequest(JSON.stringify(body))).toEqual(body);
  });

  it('names the offending parameter as OpenAI does', () => {
    const error = refusal(
      JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'a' }, { role: 'pirate' }] }),
    );
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', status: 400, param: 'messages[1].role' });
  });

  it('never repeats text of the request in its message', () => {
    const secret = 'hunter2-hunter2';
    for (const text of [
      `{"model": "${secret}`,
      JSON.stringify({ model: 'm', messages: secret }),
      JSON.stringify({ model: 'm', messages: [{ role: secret }] }),
    ]) {
      expect(refusal(text).message).not.toContain(secret);
    }
  });

  it('gives a GatewayError or a request for any JSON value, never anything else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          parseChatRequest(JSON.stringify(value));
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
          expect((error as GatewayError).toBody().error.message).not.toBe('');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('does not break on a body that is mutated at any one place', () => {
    const valid = JSON.stringify({
      model: 'auto',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
      stop: ['a'],
      logit_bias: { 5: -1 },
    });
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.string({ maxLength: 3 }), (at, insert) => {
        try {
          parseChatRequest(valid.slice(0, at) + insert + valid.slice(at + 1));
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('isPlainChat', () => {
  const value = fc.constantFrom<unknown>(
    ...['user', 'system', 'pirate', '', 'text', true, null, 0, 1, 2, 0.5, -1, 1e30, [], ['a'], {}, [{}]],
  );
  const mostly = (good: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 9, arbitrary: good }, value);
  const fields = (names: string[]): fc.Arbitrary<Record<string, unknown>> =>
    fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 2 });
  const message = fc
    .tuple(
      mostly(fc.constantFrom('user', 'system', 'tool')),
      mostly(fc.string()),
      fields(['name', 'tool_calls', 'tool_call_id', 'x', 'y', 'z']),
    )
    .map(([role, content, more]) => ({ role, content, ...more }));
  const body = fc
    .tuple(
      mostly(fc.array(mostly(message), { maxLength: 3 })),
      mostly(fc.constant('m')),
      fields([...Object.keys(chatRequest.shape), 'reasoning_effort', '__proto__']),
    )
    .map(([messages, model, more]) => ({ messages, model, ...more }));

  it('says yes to nothing that the schema refuses', () => {
    let plain = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: body }, value), (drawn) => {
        const parsed: unknown = JSON.parse(JSON.stringify(drawn));
        if (!isPlainChat(parsed)) return;
        plain += 1;
        expect(chatRequest.safeParse(parsed).success).toBe(true);
      }),
      { numRuns: 5000 },
    );
    expect(plain).toBeGreaterThan(20);
  });

  it('says yes to texts by known roles, and no to whatever needs a closer look', () => {
    const messages = [{ role: 'user', content: 'hi' }];
    expect(isPlainChat({ model: 'auto', messages, stream: true, max_tokens: 9, temperature: 0 })).toBe(true);
    expect(isPlainChat({ model: 'auto', messages, reasoning_effort: 'low' })).toBe(true);
    expect(isPlainChat({ model: 'auto', messages, stop: 'x' })).toBe(false);
    expect(isPlainChat({ model: 'auto', messages, temperature: 3 })).toBe(false);
    expect(isPlainChat({ model: 'auto', messages: [] })).toBe(false);
    expect(isPlainChat({ messages })).toBe(false);
  });
});

describe.skipIf(!existsSync(RECORDED))('recorded requests (skipped where ../shared/data is absent)', () => {
  it('accepts every chat completion request that a real client sent', () => {
    let accepted = 0;
    for (const file of readdirSync(RECORDED, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.meta.json')) continue;
      const meta = JSON.parse(readFileSync(join(RECORDED, file), 'utf8')) as {
        endpoint_path?: string;
        status?: number;
        request?: unknown;
      };
      if (!meta.endpoint_path?.endsWith('/chat/completions') || meta.status !== 200) continue;
      expect(() => parseChatRequest(JSON.stringify(meta.request)), file).not.toThrow();
      accepted += 1;
    }
    expect(accepted).toBeGreaterThan(0);
  });
});
