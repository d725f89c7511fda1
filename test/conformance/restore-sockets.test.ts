// Restoring over real sockets: a gateway, an upstream that writes its bytes in two parts, and a client that reads raw bytes. Streams
// cut around a placeholder at every byte, error bodies, and the surfaces that answer without texts.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AnswerSpec,
  readStream,
  readWhole,
  type SpecSurface,
  sseText,
  streamedAnswer,
  wholeAnswer,
} from '../support/answer-spec.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const MAIL = 'zoë.weber@weber-söhne.de';
const NAME = 'Margaret Holloway';
const PROMPT = `My name is ${NAME}, write to ${MAIL}, please.`;
const PATHS = { chat: 'chat/completions', completions: 'completions' } as const;

let server: Server;
let gateway: RunningGateway;
let respond: (response: ServerResponse, body: Record<string, unknown>) => void | Promise<void> = () => {};
let received = '';

beforeAll(async () => {
  server = createServer(async (message, response) => {
    const parts: Buffer[] = [];
    for await (const part of message) parts.push(part as Buffer);
    received = Buffer.concat(parts).toString();
    await respond(response, JSON.parse(received));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = {
    id: 'frontier/fake',
    base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    model: 'gpt-fake',
    retries: 0,
    surfaces: ['chat', 'completions', 'embeddings', 'rerank'],
  };
  gateway = await startGateway({ tiers: { 3: { targets: [target] } } });
});
afterAll(async () => {
  await gateway.dispose();
  server.closeAllConnections();
  server.close();
});

const ask = (path: string, body: object): Promise<Response> =>
  fetch(`${gateway.url}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'tier:3', ...body }),
  });

const promptOf = (surface: SpecSurface): object =>
  surface === 'chat' ? { messages: [{ role: 'user', content: PROMPT }] } : { prompt: PROMPT };

const noValueIn = (text: string): void => {
  for (const value of [MAIL, NAME, 'Holloway', JSON.stringify(MAIL).slice(1, -1)])
    expect(text).not.toContain(value);
};

const WRITTEN = 'Für [PERSON_1]: [EMAIL_1] – ok?';
const RESTORED = `Für ${NAME}: ${MAIL} – ok?`;
const specOf = (surface: SpecSurface, content: string): AnswerSpec => ({ surface, choices: [{ content }] });

describe.each(['chat', 'completions'] as const)('%s', (surface) => {
  it('comes back whole', async () => {
    respond = (response) => void response.end(JSON.stringify(wholeAnswer(specOf(surface, WRITTEN))));
    const answer = await ask(PATHS[surface], promptOf(surface));
    expect(readWhole((await answer.json()) as Record<string, unknown>).texts).toEqual({
      '0 content': RESTORED,
    });
    noValueIn(received);
  });

  it('comes back streamed, with the bytes cut at every place of the placeholders', async () => {
    const bytes = Buffer.from(
      sseText(
        streamedAnswer(specOf(surface, WRITTEN), (text) => [
          text.slice(0, 9),
          text.slice(9, 20),
          text.slice(20),
        ]),
      ),
    );
    const from = bytes.indexOf('Für');
    const to = bytes.indexOf('ok?') + 8;
    for (let place = from; place < to; place += 1) {
      respond = async (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(bytes.subarray(0, place));
        await sleep(1);
        response.end(bytes.subarray(place));
      };
      const answer = await ask(PATHS[surface], { ...promptOf(surface), stream: true });
      expect(readStream(await answer.text()).texts).toEqual({ '0 content': RESTORED });
    }
    noValueIn(received);
  }, 60_000);

  it('shows no value in an error body, and leaves placeholders in it as they are', async () => {
    respond = (response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `Invalid value: '[EMAIL_1]' (was it ${MAIL}?)` } }));
    };
    for (const stream of [false, true]) {
      const answer = await ask(PATHS[surface], { ...promptOf(surface), stream });
      expect(answer.status).toBe(400);
      const text = await answer.text();
      noValueIn(text);
      expect(JSON.parse(text).error.message).toContain("Invalid value: '[EMAIL_1]' (was it [EMAIL]?)");
    }
  });

  it('gives out what was held back before the error of a cut stream, which shows no value', async () => {
    const events = streamedAnswer(specOf(surface, 'To [EMAIL_1] and [PERS'), (text) => [text]).slice(
      0,
      surface === 'chat' ? 2 : 1,
    );
    respond = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const error = {
        error: { message: `the server choked on ${NAME} and [PERSON_1]`, type: 'server_error' },
      };
      response.end([...events, error].map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
    };
    const answer = await ask(PATHS[surface], { ...promptOf(surface), stream: true });
    const frames = (await answer.text()).split('\n\n').filter((frame) => frame.startsWith('data: '));
    const last = JSON.parse(frames.at(-1)!.slice(6)) as { error: { message: string } };
    expect(last.error.message).toContain('the server choked on [PERSON] and [PERSON_1]');
    const body = [...frames.slice(0, -1), 'data: [DONE]'].map((frame) => `${frame}\n\n`).join('');
    expect(readStream(body).texts).toEqual({ '0 content': `To ${MAIL} and [PERS` });
  });
});

describe('surfaces without texts', () => {
  it('embeddings: the inputs go out without values, the vectors come back as they are', async () => {
    const data = [{ object: 'embedding', index: 0, embedding: [0.25, -0.5] }];
    respond = (response) => void response.end(JSON.stringify({ object: 'list', model: 'gpt-fake', data }));
    const answer = await ask('embeddings', { input: [PROMPT, 'plain'] });
    expect(((await answer.json()) as { data: unknown }).data).toEqual(data);
    expect(JSON.parse(received).input).toEqual([
      'My name is [PERSON_1], write to [EMAIL_1], please.',
      'plain',
    ]);
  });

  it('rerank: query and documents go out without values, and the documents come back with them', async () => {
    respond = (response) =>
      void response.end(
        JSON.stringify({
          model: 'gpt-fake',
          results: [{ index: 1, relevance_score: 0.9, document: { text: 'about [PERSON_1]' } }],
        }),
      );
    const documents = ['plain', `about ${NAME}`];
    const answer = await ask('rerank', { query: PROMPT, documents, return_documents: true });
    expect(await answer.json()).toMatchObject({ results: [{ index: 1, document: { text: documents[1] } }] });
    noValueIn(received);
  });

  it.each(['embeddings', 'rerank'])('%s: shows no value in an error body', async (path) => {
    respond = (response) => {
      response.writeHead(422, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ detail: [{ msg: `bad input ${MAIL} [EMAIL_1]` }] }));
    };
    const body = path === 'rerank' ? { query: PROMPT, documents: ['x'] } : { input: PROMPT };
    const answer = await ask(path, body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const text = await answer.text();
    noValueIn(text);
    expect(text).toContain('bad input [EMAIL] [EMAIL_1]');
  });
});
