// Hard cases that only a whole gateway shows, by the numbers of the project's list of 42: real sockets, an upstream that keeps what it got.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';
import { SURFACES, type Surface } from '../../contract/tier.ts';
import { readStream, readWhole, sseText, streamedAnswer, wholeAnswer } from '../support/answer-spec.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const MAIL = 'anna.weber@example.com';
const NAME = 'Margaret Holloway';
const TEXT = `My name is ${NAME}, write to ${MAIL}.`;
const REDACTED = 'My name is [PERSON_1], write to [EMAIL_1].';

let upstream: FakeUpstream;
let gateway: RunningGateway;

/** Every place of a surface's body that takes text. */
const BODIES: Record<Surface, { path: string; bodies: Record<string, object> }> = {
  chat: {
    path: 'chat/completions',
    bodies: {
      text: { messages: [{ role: 'user', content: TEXT }] },
      parts: { messages: [{ role: 'user', content: [{ type: 'text', text: TEXT }] }] },
      system: {
        messages: [
          { role: 'system', content: TEXT },
          { role: 'user', content: 'hi' },
        ],
      },
      'tool result': {
        messages: [
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: 'c',
                type: 'function',
                function: { name: 'f', arguments: JSON.stringify({ said: TEXT }) },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'c', content: TEXT },
          { role: 'user', content: 'go on' },
        ],
      },
    },
  },
  completions: {
    path: 'completions',
    bodies: { text: { prompt: TEXT }, list: { prompt: [TEXT] }, suffix: { prompt: 'x', suffix: TEXT } },
  },
  embeddings: { path: 'embeddings', bodies: { text: { input: TEXT }, list: { input: ['a', TEXT] } } },
  rerank: {
    path: 'rerank',
    bodies: { query: { query: TEXT, documents: ['a'] }, documents: { query: 'a', documents: ['b', TEXT] } },
  },
};

beforeAll(async () => {
  upstream = await startFakeUpstream({
    reply: (request, { path }) => {
      if (path.endsWith('/embeddings'))
        return {
          body: JSON.stringify({
            object: 'list',
            model: 'm',
            data: [
              { object: 'embedding', index: 0, embedding: [1] },
              { object: 'embedding', index: 1, embedding: [1] },
            ],
          }),
        };
      if (path.endsWith('/rerank'))
        return { body: JSON.stringify({ model: 'm', results: [{ index: 0, relevance_score: 1 }] }) };
      const surface = path.endsWith('/chat/completions') ? ('chat' as const) : ('completions' as const);
      const spec = { surface, choices: [{ content: REDACTED }] };
      return request.stream
        ? {
            body: sseText(streamedAnswer(spec, (text) => text.match(/[\s\S]{1,3}/g)!)),
            headers: { 'content-type': 'text/event-stream' },
          }
        : { body: JSON.stringify(wholeAnswer(spec)) };
    },
  });
  const target = {
    id: 'frontier/fake',
    base_url: upstream.url,
    model: 'm',
    retries: 0,
    surfaces: [...SURFACES],
  };
  gateway = await startGateway({ tiers: { 3: { targets: [target] } } });
});
afterAll(async () => {
  await gateway.dispose();
  await upstream.close();
});

const post = (path: string, body: object): Promise<Response> =>
  fetch(`${gateway.url}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'tier:3', ...body }),
  });

const cases = SURFACES.flatMap((surface) =>
  Object.entries(BODIES[surface].bodies).map(([what, body]) => ({
    surface,
    what,
    path: BODIES[surface].path,
    body,
  })),
);

describe('26. no surface skips the scan, in either direction: litellm#30728, #31048, #31063', () => {
  it.each(cases)('$surface, $what', async ({ surface, path, body }) => {
    upstream.requests.length = 0;
    const answer = await post(path, body);
    expect(answer.status).toBe(200);
    const sent = upstream.requests.map(({ bodyText }) => bodyText).join('\n');
    expect(sent).toContain('[EMAIL_1]');
    for (const value of [MAIL, NAME, 'Holloway']) expect(sent).not.toContain(value);
    if (surface === 'chat' || surface === 'completions')
      expect(readWhole((await answer.json()) as Record<string, unknown>).texts['0 content']).toBe(TEXT);
  });

  it.each(cases.filter(({ surface }) => surface === 'chat' || surface === 'completions'))(
    '$surface, $what, streamed',
    async ({ path, body }) => {
      const answer = await post(path, { ...body, stream: true });
      expect(readStream(await answer.text()).texts['0 content']).toBe(TEXT);
    },
  );
  // That it fails closed when the scan fails stands in egress.test.ts.
});

describe('42. anonymity is never promised: conductai#1636, arXiv 2602.16800', () => {
  const pages = [
    'README.md',
    'ARCHITECTURE.md',
    ...readdirSync(join(packageRoot, 'docs'))
      .filter((file) => file.endsWith('.md'))
      .map((file) => `docs/${file}`),
  ]
    .filter((file) => existsSync(join(packageRoot, file)))
    .map((file) => ({ file, text: readFileSync(join(packageRoot, file), 'utf8') }));

  it('by no page', () => {
    // Hyphens and prefixes as in "de-anonymised"; `anonymous` alone is a caller without a key, or C++'s namespace.
    for (const { file, text } of pages)
      expect([file, text.match(/anonymi[sz]\w*|anonymity(?! is not)/gi)]).toEqual([file, null]);
  });

  it('and the pages say what is left: how somebody writes, and what stands around a value', () => {
    const text = pages.map((page) => page.text).join('\n');
    expect(text).toMatch(/replacing values does not make a text nobody's/i);
    expect(text).toMatch(/style/i);
  });
});
