import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../contract/built-file.ts';
import { GatewayError } from '../../../contract/errors.ts';
import { parseChatRequest } from '../../../router/wire/openai-chat.ts';

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
