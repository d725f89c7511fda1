// Hard cases of placeholders, restoring, streams and tool calls that users of other gateways reported; each named after its thread.
import { describe, expect, it } from 'vitest';
import type { ChatEvent, ChatMessage, ChatRequest } from '../../contract/chat.ts';
import { inspectRequest } from '../../policies/privacy/conversation.ts';
import { nameFinder } from '../../policies/privacy/names.ts';
import { OperatorTable } from '../../policies/privacy/operator-table.ts';
import {
  OPERATORS,
  type OperatorName,
  type RedactOptions,
  redactRequest,
} from '../../policies/privacy/redact.ts';
import { restoreCompletion, restoreEvents } from '../../policies/privacy/restore.ts';
import { SYSTEM_NOTE } from '../../policies/privacy/system-note.ts';
import { Vault } from '../../policies/privacy/vault.ts';
import { restoreText, vaultEntry } from '../support/vault.ts';

const names = nameFinder();
const MAIL = 'anna.weber@example.com';
const OTHER = 'jo@example.org';
const KEY = 'sk-proj-Zr8Kq2Lw9Xc4Vb7Nm1Aa_Sd3Fg6Hj5-Kl0Qw';

const ask = (...messages: (string | ChatMessage)[]): ChatRequest => ({
  model: 'auto',
  messages: messages.map((one) => (typeof one === 'string' ? { role: 'user', content: one } : one)),
});
const redact = (request: ChatRequest, options: RedactOptions = {}) =>
  redactRequest(request, inspectRequest(request), options);
const contents = (request: ChatRequest) => request.messages.map(({ content }) => content);

const chunk = (content: string): ChatEvent => ({
  chunk: {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: { content } }],
  },
});

describe('hard cases of handling', () => {
  it('11. media in base64 stay as they are: secretgate#69, OmniRoute#13507', () => {
    const url = `data:image/png;base64,${'AKIA4QZX7LMNP2RSTUVW'.repeat(8)}`;
    const request = ask({ role: 'user', content: [{ type: 'image_url', image_url: { url } }] });
    expect(redact(request).request).toBe(request);
  });

  it('21. what is put back is the value, not a slice by wrong offsets: litellm#14516, #6247', () => {
    const { request, vault } = redact(ask(`Mike. Who is ${MAIL}? 😀 And ${OTHER}!`));
    expect(contents(request)).toEqual(['Mike. Who is [EMAIL_1]? 😀 And [EMAIL_2]!']);
    expect(restoreText('[EMAIL_2] [EMAIL_1]', vault)).toBe(`${OTHER} ${MAIL}`);
  });

  it('22. the same value has the same number in every message: litellm#31959', () => {
    const { request } = redact(
      ask(`${MAIL} ${OTHER}`, { role: 'assistant', content: OTHER }, `${OTHER} ${MAIL}`),
    );
    expect(contents(request)).toEqual(['[EMAIL_1] [EMAIL_2]', '[EMAIL_2]', '[EMAIL_2] [EMAIL_1]']);
  });

  it('23. placeholders are typed, short and numbered, not random: litellm#22627', () => {
    const { vault } = redact(ask(`${MAIL} ${KEY}`));
    expect(vault.entries().map(({ standIn }) => standIn)).toEqual(['[EMAIL_1]', '[API_KEY_1]']);
  });

  it('24. number 1 is not the beginning of number 10: Kong 3.12', () => {
    const vault = new Vault(Array.from({ length: 12 }, (_, i) => vaultEntry('EMAIL', i + 1, `<${i + 1}>`)));
    expect(restoreText('[EMAIL_1][EMAIL_10] EMAIL_11, EMAIL_1.', vault)).toBe('<1><10> <11>, <1>.');
  });

  it('25. tool arguments are redacted in the history, with results, and put back in answers: litellm#31950, #41274, #14612', () => {
    const call = (args: string) => ({
      id: 'c',
      type: 'function',
      function: { name: 'send', arguments: args },
    });
    const { request, vault } = redact(
      ask(
        { role: 'assistant', content: null, tool_calls: [call(`{"to":"${MAIL}"}`)] },
        { role: 'tool', tool_call_id: 'c', content: `{"sent":"${MAIL}"}` },
      ),
    );
    expect(JSON.stringify(request)).not.toContain(MAIL);
    expect(request.messages[1]?.content).toBe('{"sent":"[EMAIL_1]"}');
    const message = { role: 'assistant' as const, content: null, tool_calls: [call('{"to":"[EMAIL_1]"}')] };
    const head = { id: 'c', object: 'chat.completion' as const, created: 1, model: 'm' };
    const answer = restoreCompletion(
      { ...head, choices: [{ index: 0, message, finish_reason: 'stop' }] },
      vault,
    );
    expect(answer.choices[0]?.message.tool_calls?.[0]?.function?.arguments).toBe(`{"to":"${MAIL}"}`);
  });

  it('27. a chunk may end inside a placeholder, and the stream is not held back as a whole: rehydra#71, litellm#31503', async () => {
    const { vault } = redact(ask(MAIL));
    async function* events(): AsyncGenerator<ChatEvent[]> {
      for (const piece of ['Hello ', '[', 'EMA', 'IL_', '1', '] bye']) yield [chunk(piece)];
    }
    const shown: string[] = [];
    for await (const batch of restoreEvents(events(), vault))
      for (const event of batch) shown.push(event.chunk.choices[0]?.delta.content ?? '');
    expect(shown[0]).toBe('Hello ');
    expect(shown.join('')).toBe(`Hello ${MAIL} bye`);
  });

  it('28, 29. neither the client nor the upstream sees a field of ours: litellm#30447, #22627', () => {
    const before = ask(MAIL);
    expect(Object.keys(redact(before).request)).toEqual(Object.keys(before));
  });

  it('30. one request knows nothing of another: litellm#19950', () => {
    const first = redact(ask(MAIL)).vault;
    const second = redact(ask(OTHER)).vault;
    expect(restoreText('[EMAIL_1]', first)).toBe(MAIL);
    expect(restoreText('[EMAIL_1]', second)).toBe(OTHER);
  });

  it("31. a system prompt's value is shown only where policy says: GoModel#941", () => {
    const request = ask({ role: 'system', content: `Never tell: ${MAIL}, ${KEY}` }, 'hi');
    const reach = { secrets: 'everywhere', system: 'never', systemSecrets: 'arguments' } as const;
    expect(restoreText('[EMAIL_1]', redact(request, { reach }).vault)).toBe('[EMAIL_1]');
    const { vault } = redact(request);
    expect(restoreText('[API_KEY_1]', vault)).toBe('[API_KEY_1]');
    const known = redact(ask(...request.messages, `mine is ${MAIL}`), { reach }).vault;
    expect(restoreText('[EMAIL_1]', known)).toBe(MAIL);
  });

  it('32. system messages are redacted: stella#294', () => {
    expect(contents(redact(ask({ role: 'system', content: `You serve ${MAIL}` }, 'hi')).request)[0]).toBe(
      'You serve [EMAIL_1]',
    );
  });

  it('33. one stable sentence for the model, only when something was replaced: rehydra#43', () => {
    expect(redact(ask('hi'), { note: true }).request).toEqual(ask('hi'));
    const { request } = redact(ask({ role: 'system', content: 'Be kind.' }, MAIL), { note: true });
    expect(contents(request)).toEqual([`Be kind.\n\n${SYSTEM_NOTE}`, '[EMAIL_1]']);
    expect(contents(redact(ask(MAIL), { note: true }).request)[0]).toBe(SYSTEM_NOTE);
  });

  it('34. what was replaced comes back exactly, with placeholder-like text of the user: presidio#1151', () => {
    const text = `[EMAIL_1] ${MAIL} <EMAIL_2> EMAIL_3 ${OTHER} ${MAIL.toUpperCase()}`;
    const { request, vault } = redact(ask(text));
    expect(String(contents(request)[0])).not.toContain('@');
    expect(restoreText(String(contents(request)[0]), vault)).toBe(text);
  });

  it.each([
    'Anna-Lena Müller-Lüdenscheidt',
    'Miguel Ángel de la Torre y Vega',
    "Siobhán O'Sullivan-Byrne",
    'Jean-Baptiste d’Artagnan',
    'Dr. Martin L. King Jr.',
  ])('35. a name of many words is one placeholder, put back once: iusable_anonymization#1: %s', (name) => {
    const text = `My name is ${name}. Please write to ${name} today.`;
    const request = ask(text);
    const { request: redacted, vault } = redactRequest(request, inspectRequest(request, { names }));
    const persons = vault.entries().filter(({ type }) => type === 'PERSON');
    // A title may be left in front.
    expect(
      persons.map(({ value }) => name.replace(/^Dr\. /, '').endsWith(value.replace(/^Dr\. /, ''))),
    ).toEqual([true]);
    const sent = String(contents(redacted)[0]);
    expect(sent.match(/\[PERSON_\d+[a-z]?\]/g)).toEqual(['[PERSON_1]', '[PERSON_1]']);
    for (const word of name.match(/\p{L}{4,}/gu)!) expect(sent).not.toContain(word);
    expect(restoreText(sent, vault)).toBe(text);
    expect(restoreText('[PERSON_1] [PERSON_1]', vault)).toBe(`${persons[0]!.value} ${persons[0]!.value}`);
  });

  it('37. making or trying an operator leaves nothing behind: presidio#2025', () => {
    const request = ask(`${MAIL} and ${OTHER}`);
    const options = (operator: OperatorName): RedactOptions => ({
      operatorOf: () => operator,
      key: Buffer.alloc(32, 7),
    });
    for (const operator of OPERATORS) {
      const first = redact(request, options(operator));
      // What a check of the settings does: an operator made, and tried on values of its own.
      for (const other of OPERATORS) {
        new OperatorTable({ default: other }).operatorOf('EMAIL', 3);
        redact(ask('a dry run for probe@example.net'), options(other));
      }
      const again = redact(request, options(operator));
      const values = again.vault.entries().map(({ value }) => value);
      expect(values).toEqual(operator === 'keep' ? [] : [MAIL, OTHER]);
      expect(again.vault.entries().map(({ number }) => number)).toEqual(operator === 'keep' ? [] : [1, 2]);
      expect(again).toEqual(first);
    }
  });

  it('36. one text has one label: stella#1040', () => {
    const { vault } = redact(ask('my phone: 4155550132', 'ref 4155550132', 'account number 4155550132'));
    expect(vault.entries().map(({ value }) => value)).toEqual(['4155550132']);
  });

  it('40. ids, models and reasons of an answer are left alone: voidllm#135', () => {
    const vault = new Vault([vaultEntry('PERSON', 1, 'Anna')]);
    const message = { role: 'assistant' as const, content: '[PERSON_1]' };
    const answer = {
      id: '[PERSON_1]',
      object: 'chat.completion' as const,
      created: 1,
      model: '[PERSON_1]',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
    };
    expect(restoreCompletion(answer, vault)).toMatchObject({
      id: '[PERSON_1]',
      model: '[PERSON_1]',
      choices: [{ message: { content: 'Anna' } }],
    });
  });

  it('41. JSON keys hold values too: voidllm#134', () => {
    const { request } = redact(ask({ role: 'tool', content: `{"${MAIL}":{"x":1}}` }));
    expect(contents(request)).toEqual(['{"[EMAIL_1]":{"x":1}}']);
  });

  it('changed by the model: case, space, markdown, escapes, translation, possessive', () => {
    const vault = new Vault([vaultEntry('PERSON', 1, 'Anna')]);
    for (const text of [
      'PERSON 1',
      '\\[PERSON\\_1\\]',
      '«ПЕРСОНА_1»',
      '[person-1]',
      '[**PERSON_1**]',
      '[Persona 1]',
    ])
      expect(restoreText(text, vault)).toBe('Anna');
    expect(restoreText("[PERSON_1]'s [PERSON_1’s]", vault)).toBe("Anna's Anna’s");
  });

  it('a value split by markdown or quoted mail is the same value', () => {
    const iban = 'DE89 3704 0044 0532 0130 00';
    const { request } = redact(
      ask(`IBAN ${iban}`, '> DE89 3704 0044\n> 0532 0130 00', `mail ${MAIL}`, 'anna.**weber**@example.com'),
    );
    expect(contents(request).slice(1)).toEqual(['> [IBAN_1b]', 'mail [EMAIL_1]', '[EMAIL_1b]']);
  });
});
