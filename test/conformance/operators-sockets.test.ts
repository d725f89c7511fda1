// The operators of `privacy.operators` through a whole gateway: what the upstream gets, what the client gets back, and POST /v1/scan.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerKey, decryptText } from '../../policies/privacy/crypt.ts';
import { decrypt } from '../../policies/privacy/index.ts';
import { readRequest } from '../../store/requests.ts';
import { readStream } from '../support/answer-spec.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const SECRET = 'a secret of the operator';
const KEYS = { one: 'key-of-caller-one', two: 'key-of-caller-two' };
const MAIL = 'zoe.weber@weber-corp.de';
const IBAN = 'DE89 3704 0044 0532 0130 00';
const CARD = '4111 1111 1111 1111';
const PHONE = '+49 30 901820';
const SSN = '219-09-9998';

let house: FakeUpstream;
let frontier: FakeUpstream;
let gateway: RunningGateway;

beforeAll(async () => {
  house = await startFakeUpstream({ reply: { chunkSizes: [3] } });
  frontier = await startFakeUpstream({ reply: { chunkSizes: [3] } });
  gateway = await startGateway({
    auth: { keys: Object.entries(KEYS).map(([name, key]) => ({ name, key })) },
    tiers: {
      2: { targets: [{ id: 'house/m', base_url: house.url, model: 'm' }] },
      3: { targets: [{ id: 'frontier/m', base_url: frontier.url, model: 'm' }] },
    },
    privacy: {
      key: SECRET,
      operators: {
        EMAIL: 'encrypt',
        IBAN: 'hash',
        CREDIT_CARD: 'mask',
        PHONE: 'format',
        US_SSN: { 2: 'keep', 3: 'block' },
      },
    },
  });
});
afterAll(async () => {
  await gateway.dispose();
  await Promise.all([house.close(), frontier.close()]);
});

const post = (path: string, body: object, key: string = KEYS.one): Promise<Response> =>
  fetch(`${gateway.url}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  });
const chat = (model: string, content: string, key?: string, more: object = {}): Promise<Response> =>
  post('chat/completions', { model, messages: [{ role: 'user', content }], ...more }, key);

/** The last message that an upstream got, and what came back for it. */
async function exchange(content: string, key?: string): Promise<{ sent: string; back: string }> {
  const answer = await chat('tier:3', content, key);
  expect(answer.status).toBe(200);
  const body = (await answer.json()) as { choices: { message: { content: string } }[] };
  const request = JSON.parse(frontier.requests.at(-1)!.bodyText) as { messages: { content: string }[] };
  return { sent: request.messages.at(-1)!.content, back: body.choices[0]!.message.content };
}

describe('operators of a gateway', () => {
  it('encrypt: only who has the key of this caller reads it, and it stays so in the answer', async () => {
    const { sent, back } = await exchange(`Write to ${MAIL}.`);
    expect(sent).toMatch(/^Write to \[EMAIL:enc:[\w-]{40,}\]\.$/);
    expect(back).toBe(sent);
    expect(decryptText(sent, callerKey(SECRET, 'one'))).toBe(`Write to ${MAIL}.`);
    expect(decryptText(sent, callerKey(SECRET, 'two'))).toBe(sent);
    expect(decrypt(sent, SECRET)).toBe(sent);
    expect(decrypt(sent, SECRET, 'one')).toBe(`Write to ${MAIL}.`);
    // The same for the same value, so that a provider's prompt cache holds; another one for another caller.
    expect((await exchange(`Write to ${MAIL}.`)).sent).toBe(sent);
    expect((await exchange(`Write to ${MAIL}.`, KEYS.two)).sent).not.toBe(sent);
  });

  it('hash: the same for the same value and caller in every request and spelling, another one for another caller', async () => {
    const first = (await exchange(`IBAN ${IBAN}`)).sent;
    expect(first).toMatch(/^IBAN \[IBAN:[0-9a-f]{12}\]$/);
    expect((await exchange(`IBAN ${IBAN.replaceAll(' ', '')}`)).sent).toBe(first);
    expect((await exchange(`IBAN ${IBAN}`, KEYS.two)).sent).not.toBe(first);
    expect((await exchange('IBAN GB82 WEST 1234 5698 7654 32')).sent).not.toBe(first);
  });

  it('mask: the last digits of a card, and never more in the answer', async () => {
    const { sent, back } = await exchange(`Card ${CARD}`);
    expect(sent).toBe('Card **** **** **** 1111');
    expect(back).toBe(sent);
  });

  it('format: a reserved number there, the value back', async () => {
    const { sent, back } = await exchange(`Phone: ${PHONE}`);
    expect(sent).toMatch(/^Phone: \+1-202-555-01\d\d$/);
    expect(back).toBe(`Phone: ${PHONE}`);
  });

  it('puts values back in streams, but not what was masked, hashed or encrypted', async () => {
    const answer = await chat('tier:3', `Phone: ${PHONE}, card ${CARD}`, KEYS.one, { stream: true });
    expect(readStream(await answer.text()).texts['0 content']).toBe(
      `Phone: ${PHONE}, card **** **** **** 1111`,
    );
  });

  it('block: the tier is closed to such a request, with a clear error and a row; another tier keeps the value', async () => {
    const before = frontier.requests.length;
    const refused = await chat('tier:3', `My SSN is ${SSN}.`);
    expect(refused.status).toBe(403);
    const { error } = (await refused.json()) as { error: { message: string; code: string } };
    expect(error.message).toContain('US_SSN');
    expect(error.message).not.toContain(SSN);
    expect(frontier.requests.length).toBe(before);
    const row = readRequest(gateway.ledgerPath, refused.headers.get('x-request-id')!)!;
    expect(row.request).toMatchObject({ outcome: 'blocked', findings: { US_SSN: 1 } });
    expect(row.attempts).toEqual([]);
    const kept = await chat('tier:2', `My SSN is ${SSN}.`);
    expect(kept.status).toBe(200);
    expect(house.requests.at(-1)!.bodyText).toContain(SSN);
  });
});

describe('POST /v1/scan', () => {
  const scan = async (body: object, key?: string) => {
    const answer = await post('scan', body, key);
    return { status: answer.status, body: (await answer.json()) as Record<string, never> };
  };

  it('says what is in a text, with offsets of UTF-16 code units, and calls no model', async () => {
    const before = house.requests.length + frontier.requests.length;
    const text = `😀 Write to ${MAIL}, says Margaret Holloway.`;
    const { status, body } = await scan({ text });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'scan',
      sensitivity: 'confidential',
      counts: { EMAIL: 1, PERSON: 1 },
    });
    const [{ spans }] = body['results'] as unknown as [
      { spans: { start: number; end: number; label: string }[] },
    ];
    expect(spans.map(({ start, end, label }) => `${label} ${text.slice(start, end)}`)).toEqual([
      `EMAIL ${MAIL}`,
      'PERSON Margaret Holloway',
    ]);
    expect(house.requests.length + frontier.requests.length).toBe(before);
  });

  it('takes several texts as one conversation, and redacts them with the operator that is asked for', async () => {
    const { body } = await scan({ text: [`a ${MAIL}`, `b ${MAIL} c`], redact: true, operator: 'redact' });
    expect((body['results'] as unknown as { redacted: string }[]).map(({ redacted }) => redacted)).toEqual([
      'a [EMAIL_1]',
      'b [EMAIL_1] c',
    ]);
  });

  it('uses the operators of Level 3 and the key of the caller where none is named', async () => {
    const { body } = await scan({ text: `${MAIL} ${CARD}`, redact: true });
    const [{ redacted }] = body['results'] as unknown as [{ redacted: string }];
    expect(redacted).toMatch(/^\[EMAIL:enc:[\w-]+\] \*{4} \*{4} \*{4} 1111$/);
    expect(decryptText(redacted, callerKey(SECRET, 'one'))).toContain(MAIL);
  });

  it('takes a chat request, and gives it back redacted', async () => {
    const messages = [
      { role: 'user', content: `Phone: ${PHONE}` },
      { role: 'tool', tool_call_id: 'c', content: JSON.stringify({ phone: PHONE }) },
    ];
    const { body } = await scan({ messages, redact: true, operator: 'redact' });
    expect(body).toMatchObject({ counts: { PHONE: 1 } });
    expect(
      (body['redacted'] as unknown as { messages: { content: string }[] }).messages.map(
        ({ content }) => content,
      ),
    ).toEqual(['Phone: [PHONE_1]', '{"phone":"[PHONE_1]"}']);
  });

  it.each([
    ['no text', { redact: true }],
    ['a text that is none', { text: 7 }],
    ['an operator that is none', { text: 'x', operator: 'shred' }],
    ['no texts', { text: [] }],
  ])('refuses %s, naming no value', async (_what, body) => {
    const { status, body: said } = await scan({ ...body, note: MAIL });
    expect(status).toBe(400);
    expect(JSON.stringify(said)).not.toContain(MAIL);
  });

  it('asks for a key as every other route does, and leaves no trace of the values', async () => {
    expect((await post('scan', { text: MAIL }, 'no-such-key')).status).toBe(401);
    for (const value of [MAIL, CARD, PHONE, SSN]) expect(gateway.output()).not.toContain(value);
  });
});
