// Promise 2: nothing private leaves by accident. A fake Level 3 records every byte it receives and answers with the
// user's own words; the client gets its values back.
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const EMAIL = 'ada.lovelace@analytical-engines.org';
const IBAN = 'GB82 WEST 1234 5698 7654 32';
const API_KEY = 'sk-proj-Zx81Qm4Lr7Tn2Vb9Kd3Hs6Wy0Pc5Jf8Gt1Ra4Ue7Io2Nb5Mv';
const PROMPT = `Write to ${EMAIL} that ${IBAN} was charged and that the key ${API_KEY} must be rotated. Then confirm to ${EMAIL}.`;

let upstream: FakeUpstream;
let gateway: RunningGateway;
let client: OpenAI;

beforeAll(async () => {
  // Echoes the last user message, three characters a chunk: placeholders are split over many chunks.
  upstream = await startFakeUpstream({ reply: { chunkSizes: [3] } });
  const target = { id: 'frontier/fake', base_url: upstream.url, api_key: 'upstream-key', model: 'gpt-fake' };
  gateway = await startGateway({ tiers: { 3: { targets: [target] } } });
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(async () => {
  await gateway.dispose();
  await upstream.close();
});

const nothingLeaked = (): void => {
  const bytes = upstream.requests
    .map((request) => request.bodyText + JSON.stringify(request.headers))
    .join('\n');
  expect(upstream.requests.length).toBeGreaterThan(0);
  for (const value of [EMAIL, IBAN, IBAN.replaceAll(' ', ''), API_KEY]) expect(bytes).not.toContain(value);
};

describe('a request with an email, an IBAN and an API key', () => {
  it('comes back whole in a streamed answer, and none of the values left', async () => {
    const stream = await client.chat.completions.create({
      model: 'tier:3',
      stream: true,
      messages: [{ role: 'user', content: PROMPT }],
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe(PROMPT);
    nothingLeaked();
  });

  it('comes back whole in an answer that is not streamed', async () => {
    const completion = await client.chat.completions.create({
      model: 'tier:3',
      messages: [{ role: 'user', content: PROMPT }],
    });
    expect(completion.choices[0]!.message.content).toBe(PROMPT);
    nothingLeaked();
  });

  it('is covered in tool-call arguments and tool results of the conversation', async () => {
    await client.chat.completions.create({
      model: 'tier:3',
      messages: [
        { role: 'user', content: 'Send the mail.' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'c1',
              type: 'function',
              function: { name: 'send', arguments: JSON.stringify({ to: EMAIL, iban: IBAN }) },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: `sent to ${EMAIL} with ${API_KEY}` },
        { role: 'user', content: 'And now?' },
      ],
    });
    const sent = JSON.parse(upstream.requests.at(-1)!.bodyText) as {
      messages: { tool_calls?: { function: { arguments: string } }[] }[];
    };
    const [call] = sent.messages.flatMap((message) => message.tool_calls ?? []);
    expect(JSON.parse(call!.function.arguments)).toEqual({ to: '[EMAIL_1]', iban: '[IBAN_1]' });
    nothingLeaked();
  });

  it('leaves no value in the gateway log either', () => {
    for (const value of [EMAIL, IBAN, API_KEY, 'upstream-key']) expect(gateway.output()).not.toContain(value);
  });
});

describe('a conversation with names and an address', () => {
  const FIRST = 'My name is Margaret Holloway and I live at 12 Main Street, Springfield, IL 62704.';
  const LAST = "Let Holloway write to the landlord, in Margaret's words.";

  it('goes out without them and comes back with them', async () => {
    const completion = await client.chat.completions.create({
      model: 'tier:3',
      messages: [
        { role: 'user', content: FIRST },
        { role: 'assistant', content: 'What can I do for you, Margaret Holloway?' },
        { role: 'user', content: LAST },
      ],
    });
    expect(completion.choices[0]!.message.content).toBe(LAST);
    const sent = upstream.requests.at(-1)!.bodyText;
    for (const value of ['Margaret', 'Holloway', '12 Main Street', '62704'])
      expect(sent).not.toContain(value);
    expect(sent).toContain('My name is [PERSON_1] and I live at [ADDRESS_1].');
    expect(sent).toContain('What can I do for you, [PERSON_1]?');
  });
});
