import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessage, ChatRequest } from '../../../../contract/chat.ts';
import { inspectRequest } from '../../../../policies/privacy/conversation.ts';
import { redactRequest } from '../../../../policies/privacy/redact.ts';

const MAIL = 'anna.weber@example.com';
const IBAN = 'DE89370400440532013000';
const KEY = 'sk-proj-Zr8Kq2Lw9Xc4Vb7Nm1Aa_Sd3Fg6Hj5-Kl0Qw';

const ask = (...messages: (string | ChatMessage)[]): ChatRequest => ({
  model: 'auto',
  messages: messages.map((message) =>
    typeof message === 'string' ? { role: 'user', content: message } : message,
  ),
});
const redact = (request: ChatRequest) => redactRequest(request, inspectRequest(request));

/** Freezes all of it, so that a change would throw. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

describe('inspectRequest', () => {
  it('counts different values by type and labels the request', () => {
    const seen = inspectRequest(ask(`${MAIL} and ${MAIL}`, 'jo@example.org', `pay ${IBAN}`));
    expect(seen.counts).toEqual({ EMAIL: 2, IBAN: 1 });
    expect(seen.sensitivity).toBe('restricted');
    expect(inspectRequest(ask('hello')).sensitivity).toBe('public');
    expect(inspectRequest(ask('hello')).counts).toEqual({});
    expect(inspectRequest(ask(MAIL)).sensitivity).toBe('confidential');
    expect(inspectRequest(ask(MAIL), { sensitivityByType: { EMAIL: 'internal' } }).sensitivity).toBe(
      'internal',
    );
  });

  it('refuses a value that is nested too deep to be looked at', () => {
    let deep: unknown = MAIL;
    for (let i = 0; i < 5000; i += 1) deep = [deep];
    expect(() => inspectRequest({ ...ask('x'), metadata: { deep } })).toThrow(
      'nested more than 200 levels deep',
    );
  });
});

describe('redactRequest', () => {
  it('keeps the form of an address with a port or a length of prefix', () => {
    const request = ask('reach 10.20.30.40:8080 or 10.20.30.40/24 now');
    const redacted = redactRequest(request, inspectRequest(request), {
      operatorOf: () => 'format',
      inspectAgain: inspectRequest,
    });
    expect(redacted.request.messages[0]?.content).toBe('reach 192.0.2.1:8080 or 192.0.2.1/24 now');
  });

  it('gives the request itself back when nothing is found', () => {
    const request = freeze({
      ...ask('hello', { role: 'assistant', content: null }),
      tools: [],
      metadata: { a: 1 },
    });
    const { request: after, vault } = redact(request);
    expect(after).toBe(request);
    expect(vault.size).toBe(0);
  });

  it('replaces every slot of a request, and nothing else', () => {
    const blob = `data:image/png;base64,${'AKIA4QZX7LMNP2RSTUVW'.repeat(3)}`;
    const schema = {
      type: 'object',
      properties: { [MAIL]: { type: 'string', enum: [MAIL, 'x'] } },
      required: [MAIL],
    };
    const request = freeze<ChatRequest>({
      model: 'auto',
      user: MAIL,
      seed: 4155550132,
      metadata: { owner: MAIL, nested: { ids: [`#${IBAN}`] } },
      stop: [MAIL],
      x_extra: { note: MAIL },
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema } },
      tools: [
        { type: 'function', function: { name: 'send', description: `as ${MAIL}`, parameters: schema } },
      ],
      messages: [
        { role: 'system', content: `You help ${MAIL}.`, name: MAIL },
        {
          role: 'user',
          content: [
            { type: 'text', text: `key ${KEY}` },
            { type: 'image_url', image_url: { url: blob } },
            {
              type: 'input_audio',
              input_audio: { data: 'QUtJQTRRWlg3TE1OUDJSU1RVVlc'.repeat(4), format: 'wav' },
            },
            { type: 'file', file: { filename: `${MAIL} 1.pdf`, file_data: blob } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          refusal: `no, ${MAIL}`,
          function_call: { name: 'f', arguments: `{"a":"${MAIL}"}` },
        },
        {
          role: 'assistant',
          tool_calls: [
            {
              id: 'call_1',
              type: 'function',
              function: {
                name: 'send',
                arguments: `{ "to" : "anna.weber\\u0040example.com", "${MAIL}": 1.50 }`,
              },
            },
            { id: 'call_2', type: 'function', function: { name: 'send', arguments: `{"cut off: ${MAIL}` } },
            { id: 'call_3', type: 'custom', custom: { name: 'c', input: MAIL } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: `{"from":"${MAIL}","phone":4155550132}` },
        { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: MAIL }] },
      ],
    });
    const { request: after, vault } = redact(request);
    const body = JSON.stringify(after);
    for (const value of [MAIL, IBAN, KEY, '\\u0040']) expect(body).not.toContain(value);
    expect(vault.values()).toEqual([MAIL, IBAN, KEY, '4155550132']);
    expect(body.match(/\[EMAIL_\d+\]/g)?.every((placeholder) => placeholder === '[EMAIL_1]')).toBe(true);

    expect(after.seed).toBe(4155550132);
    expect(after.user).toBe('[EMAIL_1]');
    const [, parts, , calls, result] = after.messages;
    const media = request.messages[1]?.content ?? [];
    const content = parts?.content as { [key: string]: unknown }[];
    expect(content[0]).toEqual({ type: 'text', text: 'key [API_KEY_1]' });
    expect(content[1]).toBe(media[1]);
    expect(content[2]).toBe(media[2]);
    expect(content[3]).toEqual({ type: 'file', file: { filename: '[EMAIL_1] 1.pdf', file_data: blob } });
    expect(calls?.tool_calls?.[0]?.function?.arguments).toBe('{ "to" : "[EMAIL_1]", "[EMAIL_1]": 1.50 }');
    expect(calls?.tool_calls?.[1]?.function?.arguments).toBe('{"cut off: [EMAIL_1]');
    expect(result?.content).toBe('{"from":"[EMAIL_1]","phone":"[PHONE_1]"}');
    expect(result?.tool_call_id).toBe('call_1');
  });

  it('replaces a value found once at every other place where it stands alone', () => {
    const { request } = redact(ask('ref 4155550132 and 94155550132', 'my phone: 4155550132'));
    expect(request.messages.map((message) => message.content)).toEqual([
      'ref [PHONE_1] and 94155550132',
      'my phone: [PHONE_1]',
    ]);
  });

  it('keeps all placeholders of a conversation when it grows', () => {
    const turns = [
      `I am ${MAIL}`,
      'ok',
      `and jo@example.org pays ${IBAN}`,
      'done',
      `ask bo@example.net or ${MAIL}, not ${KEY}`,
    ];
    let before: unknown[] = [];
    for (let n = 1; n <= turns.length; n += 1) {
      const { request } = redact({ ...ask(...turns.slice(0, n)), user: 'team@example.com' });
      const contents = request.messages.map((message) => message.content);
      expect(contents.slice(0, before.length)).toEqual(before);
      before = contents;
    }
    expect(before.at(-1)).toBe('ask [EMAIL_4] or [EMAIL_2], not [API_KEY_1]');
  });

  it('gives no value the number of a placeholder that already stands in the conversation', () => {
    const { request, vault } = redact(ask(`[EMAIL_1] or [email 3]? ${MAIL} jo@example.org`));
    expect(request.messages[0]?.content).toBe('[EMAIL_1] or [email 3]? [EMAIL_2] [EMAIL_4]');
    expect(vault.find('EMAIL1')).toBeUndefined();
  });

  it('leaves nothing to find in what it has redacted', () => {
    const value = fc.constantFrom(
      MAIL,
      IBAN,
      KEY,
      'jo@example.org',
      '203.0.113.7',
      '+49 30 901820',
      '4111 1111 1111 1111',
      'tel 4155550132',
    );
    const text = fc.array(
      fc.oneof(value, fc.string({ maxLength: 5 }), fc.constantFrom(' ', ', ', '\n', '"', '\\')),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        fc.array(
          text.map((parts) => parts.join(' ')),
          { minLength: 1, maxLength: 4 },
        ),
        (texts) => {
          const { request } = redact(freeze(ask(...texts, { role: 'tool', content: JSON.stringify(texts) })));
          expect(inspectRequest(request).counts).toEqual({});
          expect(JSON.parse(request.messages.at(-1)?.content as string)).toHaveLength(texts.length);
          expect(redact(request).request).toBe(request);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('shows no value when a vault is logged', () => {
    const { vault } = redact(ask(MAIL));
    expect(JSON.stringify({ vault })).not.toContain('anna');
    expect(String(vault)).not.toContain('anna');
  });

  it('keeps a key called __proto__ a plain key', () => {
    const metadata = JSON.parse(`{"__proto__": "${MAIL}"}`) as Record<string, unknown>;
    const { request } = redact({ ...ask('x'), metadata });
    expect(JSON.stringify(request.metadata)).toBe('{"__proto__":"[EMAIL_1]"}');
  });
});
