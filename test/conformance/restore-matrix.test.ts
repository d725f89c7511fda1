// Restoring, over everything that can carry a placeholder and every place where it can be cut: {chat, text completions} x {text,
// reasoning, tool arguments, several choices, log-probabilities, refusal} x {whole, streamed} x every split of a text into two
// deltas and of the stream's bytes into two reads (inside an SSE line, inside a UTF-8 character). Real decoders, no sockets;
// restore-sockets.test.ts has those. Expectations are the specs with the values in place of the placeholders.
import { describe, expect, it } from 'vitest';
import type { ChatEvent, EventBatches } from '../../contract/chat.ts';
import type { Surface } from '../../contract/tier.ts';
import { MAX_PLACEHOLDER_LENGTH } from '../../policies/privacy/placeholders.ts';
import { restoreCompletion, restoreEvents } from '../../policies/privacy/restore.ts';
import { Vault } from '../../policies/privacy/vault.ts';
import { textWire } from '../../router/wire/openai-text.ts';
import { SSE_DONE, sseEvent } from '../../router/wire/sse.ts';
import type { SurfaceWire } from '../../router/wire/surface.ts';
import { ChatEventStream } from '../../tiers/chat-event-stream.ts';
import openai from '../../tiers/providers/openai.ts';
import { ResponseBody } from '../../tiers/response-body.ts';
import { providerAt } from '../../tiers/surfaces.ts';
import {
  type AnswerSpec,
  type Cut,
  type ReadAnswer,
  readStream,
  readWhole,
  type SpecSurface,
  sseText,
  streamedAnswer,
  textsOf,
  tokensOf,
  wholeAnswer,
} from '../support/answer-spec.ts';
import { vaultEntry } from '../support/vault.ts';

const MAIL = 'zoë.weber@example.com';
const NAME = 'Zoë O’Neil-Weber';
const HARD = 'a "quoted"\\ back\nline – 日本 😀';
const NUMBER = '4155550132';
const vault = new Vault([
  vaultEntry('EMAIL', 1, MAIL),
  vaultEntry('EMAIL', 12, 'second@example.org'),
  vaultEntry('PERSON', 1, NAME),
  vaultEntry('PERSON', 1, 'Zoë', { variant: 'b' }),
  vaultEntry('CUSTOM', 1, HARD),
  vaultEntry('PHONE', 1, NUMBER, { isNumber: true }),
  vaultEntry('URL', 1, 'https://intra.example.com/x', {
    standIn: 'https://masked-1.example/',
    form: 'literal',
  }),
]);
const inJson = (value: string): string => JSON.stringify(value).slice(1, -1);

/** Texts as a model writes them, and as the client must get them. */
const TEXTS: [name: string, written: string, restored: string][] = [
  ['plain', 'Dear [PERSON_1], mail [EMAIL_1] now.', `Dear ${NAME}, mail ${MAIL} now.`],
  ['at both ends', '[EMAIL_12] and [EMAIL_1]', `second@example.org and ${MAIL}`],
  ['two brackets', '[[EMAIL_1]](mailto:[EMAIL_1])', `[${MAIL}](mailto:${MAIL})`],
  ['escaped', '\\[PERSON\\_1\\] **[PERSON_1b]** &lsqb;EMAIL_1&rsqb;', `${NAME} **Zoë** ${MAIL}`],
  ['possessive', "[PERSON_1]'s and [PERSON_1’s] é [person 1]", `${NAME}'s and ${NAME}’s é ${NAME}`],
  ['translated', 'Письмо: [ПЕРСОНА_1], «ПЕРСОНА_1», 【人物 1】', `Письмо: ${NAME}, ${NAME}, ${NAME}`],
  [
    'without brackets',
    'PERSON_1 wrote to EMAIL_12, not EMAIL_2.',
    `${NAME} wrote to second@example.org, not EMAIL_2.`,
  ],
  ['a literal', 'See https://masked-1.example/ – or not.', 'See https://intra.example.com/x – or not.'],
  ['a hard value', '日本 [CUSTOM_1] 😀', `日本 ${HARD} 😀`],
  [
    'natural text',
    '[EMAIL me at 5] [E [PER [PERSON_ 1 of 2] [see [1]',
    '[EMAIL me at 5] [E [PER [PERSON_ 1 of 2] [see [1]',
  ],
  ['unknown', '[EMAIL_9] [PHONE_3] [EMAIL_1', '[EMAIL_9] [PHONE_3] [EMAIL_1'],
];

const CALLS: [name: string, written: string, restored: string][] = [
  ['plain', '{"to":"[EMAIL_1]","n":1}', `{"to":"${MAIL}","n":1}`],
  [
    'a hard value',
    '[["x [CUSTOM_1]"],{"[CUSTOM_1]":"\\n"}]',
    `[["x ${inJson(HARD)}"],{"${inJson(HARD)}":"\\n"}]`,
  ],
  [
    'a number',
    '{"phone": "[PHONE_1]", "note": "call [PHONE_1]"}',
    `{"phone": ${NUMBER}, "note": "call ${NUMBER}"}`,
  ],
  ['bare', '{"to": [EMAIL_1], "all": [[PERSON_1]]}', `{"to": "${MAIL}", "all": ["${NAME}"]}`],
  ['JSON escapes', '{"a":"\\u005bEMAIL_1\\u005d \\\\[EMAIL\\\\_1\\\\]"}', `{"a":"${MAIL} ${MAIL}"}`],
  ['unknown', '{"a":"[EMAIL_9] EMAIL_1 [E"}', '{"a":"[EMAIL_9] EMAIL_1 [E"}'],
];

interface MatrixCase {
  name: string;
  written: AnswerSpec;
  restored: AnswerSpec;
}

const OTHER = 'I am plain [1].';

function casesOf(surface: SpecSurface): MatrixCase[] {
  const cases: MatrixCase[] = [];
  const add = (name: string, choices: (text: string) => AnswerSpec['choices'], texts: typeof TEXTS): void => {
    for (const [kind, before, after] of texts)
      cases.push({
        name: `${name}, ${kind}`,
        written: { surface, choices: choices(before) },
        restored: { surface, choices: choices(after) },
      });
  };
  add('text', (content) => [{ content }], TEXTS);
  add('n > 1', (content) => [{ content: OTHER }, { content }, { content: `${content} ` }], TEXTS.slice(0, 4));
  for (const [kind, before, after] of TEXTS)
    cases.push({
      name: `logprobs, ${kind}`,
      written: { surface, choices: [{ content: before }], logprobs: true },
      restored: { surface, choices: [{ content: after }], logprobs: true },
    });
  if (surface === 'completions') return cases;
  add('reasoning', (text) => [{ reasoning_content: text, content: OTHER }], TEXTS.slice(0, 6));
  add('refusal', (refusal) => [{ refusal }], TEXTS.slice(0, 6));
  add('tool arguments', (call) => [{ calls: [call] }], CALLS);
  add('two tools', (call) => [{ content: OTHER, calls: ['{"a":"[1]"}', call] }], CALLS);
  return cases;
}

const SURFACES: [SpecSurface, SurfaceWire | undefined][] = [
  ['chat', undefined],
  ['completions', textWire],
];

const expected = ({ choices }: AnswerSpec): Record<string, string> =>
  Object.fromEntries(
    choices.flatMap((choice, index) => textsOf(choice).map(([name, text]) => [`${index} ${name}`, text])),
  );

/** Tokens spell the text that the client has, at the offsets where they stand, and lose no probability. */
function checkTokens({ written, restored }: MatrixCase, read: ReadAnswer): void {
  if (!restored.logprobs) return;
  const text = restored.choices[0]!.content!;
  const tokens = read.tokens[0] ?? [];
  if (tokens.length === 0) throw new Error('no tokens');
  expect(tokens.map((token) => token.text).join('')).toBe(text);
  const sum = tokens.reduce((total, { logprob }) => total + logprob, 0);
  const given = tokensOf(written.choices[0]!.content!).reduce((total, _, i) => total - (i + 1) / 16, 0);
  expect(sum).toBeCloseTo(given, 9);
  for (const [i, { offset }] of tokens.entries()) {
    if (offset === null) continue;
    expect(offset).toBe(tokens.slice(0, i).reduce((at, token) => at + [...token.text].length, 0));
  }
}

async function streamed(reads: readonly Uint8Array[], surface: Surface, wire?: SurfaceWire): Promise<string> {
  const body = new ResponseBody({ pause() {}, resume() {}, cancel() {} });
  const events = new ChatEventStream('fake/model', providerAt(openai, surface)!, body, (text) => text);
  let out = '';
  const reading = (async () => {
    for await (const batch of restoreEvents(events as EventBatches, vault))
      for (const event of batch as ChatEvent[]) out += sseEvent(event, wire);
  })();
  for (const bytes of reads) {
    body.push(bytes);
    await null;
  }
  body.close();
  await reading;
  return out + SSE_DONE;
}

const whole: Cut = (text) => [text];
const cutAt =
  (place: number): Cut =>
  (text) =>
    [text.slice(0, place), text.slice(place)].filter((piece) => piece !== '');
const everyCharacter: Cut = (text) => text.split('');

const check = (one: MatrixCase, read: ReadAnswer): void => {
  expect(read.texts).toEqual(expected(one.restored));
  checkTokens(one, read);
};

describe.each(SURFACES)('%s', (surface, wire) => {
  describe.each(casesOf(surface).map((one) => [one.name, one] as const))('%s', (_name, one) => {
    it('whole', () => {
      const provider = providerAt(openai, surface)!;
      const completion = provider.fromWire(wholeAnswer(one.written));
      const restored = restoreCompletion(completion, vault);
      const body = wire === undefined ? restored : wire.completion(restored);
      check(one, readWhole(JSON.parse(JSON.stringify(body))));
    });

    it('streamed, each text in two deltas cut at every place', async () => {
      const longest = Math.max(
        ...one.written.choices.flatMap((choice) => textsOf(choice).map(([, text]) => text.length)),
      );
      for (let place = 0; place <= longest; place += 1) {
        const bytes = Buffer.from(sseText(streamedAnswer(one.written, cutAt(place))));
        check(one, readStream(await streamed([bytes], surface, wire)));
      }
      const bytes = Buffer.from(sseText(streamedAnswer(one.written, everyCharacter)));
      check(one, readStream(await streamed([bytes], surface, wire)));
    });

    it('streamed, its bytes in two reads cut at every place', async () => {
      const bytes = Buffer.from(sseText(streamedAnswer(one.written, whole)));
      for (let place = 0; place <= bytes.length; place += 1)
        check(
          one,
          readStream(await streamed([bytes.subarray(0, place), bytes.subarray(place)], surface, wire)),
        );
    });
  });
});

describe('what is held back', () => {
  it.each(TEXTS)(
    'is the beginning of an issued placeholder, and at most 40 characters: %s',
    async (_name, written) => {
      let sent = 0;
      let received = 0;
      async function* source(): AsyncGenerator<ChatEvent[]> {
        for (const content of written) {
          sent += content.length;
          const chunk = { id: 'c', object: 'chat.completion.chunk' as const, created: 1, model: 'm' };
          yield [{ chunk: { ...chunk, choices: [{ index: 0, delta: { content } }] } }];
        }
      }
      // Nothing is issued under these numbers: lengths stay.
      const none = new Vault([vaultEntry('EMAIL', 77, 'x'), vaultEntry('PERSON', 77, 'y')]);
      let text = '';
      for await (const batch of restoreEvents(source(), none)) {
        for (const { chunk } of batch) text += chunk.choices[0]!.delta.content ?? '';
        received = text.length;
        const held = written.slice(received, sent);
        expect(held.length).toBeLessThanOrEqual(MAX_PLACEHOLDER_LENGTH);
        expect(held).toMatch(/^(?:$|[[\\&<«【［EP])/);
      }
      expect(text).toBe(written);
    },
  );
});
