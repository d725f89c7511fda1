// Promise 2 end to end: 1,000 mixed requests, each with values of its own, to an upstream that keeps every byte. None of the values
// is in its bytes, in our log or in our database; all of them are in the client's answers.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../contract/chat.ts';
import { createValueSearch } from '../../policies/privacy/value-search.ts';
import { readStream, readWhole, sseText, streamedAnswer, wholeAnswer } from '../support/answer-spec.ts';
import { type Canaries, canariesOf, spellingsOf } from '../support/canaries.ts';
import { lastUserText } from '../support/fake-chat-bodies.ts';
import { type FakeReply, type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const REQUESTS = 1_000;
const AT_ONCE = 12;

const KINDS = [
  'chat',
  'chat-stream',
  'conversation',
  'tools',
  'tools-stream',
  'json',
  'completion',
  'completion-stream',
  'embedding',
  'rerank',
  'refused',
  'retried',
  'cut',
] as const;
type Kind = (typeof KINDS)[number];
const kindOf = (i: number): Kind => KINDS[i % KINDS.length]!;

const promptOf = ({ email, phone, iban, card, key, ssn, name }: Canaries): string =>
  `My name is ${name}. Write to ${email} or call ${phone}. The IBAN is ${iban}, the card is ${card}, the social security ` +
  `number (SSN) is ${ssn}, and the key is ${key}. Mr. ${name.split(' ')[1]} confirms: ${email.toUpperCase()}.`;

/** What stands for values in a text that the upstream got. */
const standInsIn = (text: string): string[] => [...new Set(text.match(/\[[A-Z_]+_\d+[b-z]?\]/g))];

let upstream: FakeUpstream;
let gateway: RunningGateway;
const tries = new Map<number, number>();

/** The kind is known by `seed`, which is no text. */
function reply(request: ChatRequest): FakeReply {
  const i = request.seed!;
  const fields = request as Record<string, unknown>;
  switch (kindOf(i)) {
    case 'tools':
    case 'tools-stream': {
      const values = standInsIn(lastUserText(request));
      return {
        toolCalls: [{ name: 'send', arguments: JSON.stringify({ values, all: values.join(' ') }) }],
        chunkSizes: [1, 5, 2],
      };
    }
    case 'json':
      return { text: JSON.stringify({ said: lastUserText(request) }), chunkSizes: [3] };
    case 'completion':
      return {
        body: JSON.stringify(
          wholeAnswer({ surface: 'completions', choices: [{ content: fields['prompt'] as string }] }),
        ),
      };
    case 'completion-stream': {
      const spec = { surface: 'completions' as const, choices: [{ content: fields['prompt'] as string }] };
      const cut = (text: string): string[] => text.match(/[\s\S]{1,3}/g)!;
      return { body: sseText(streamedAnswer(spec, cut)), headers: { 'content-type': 'text/event-stream' } };
    }
    case 'embedding':
      return {
        body: JSON.stringify({
          object: 'list',
          model: 'm',
          data: [{ object: 'embedding', index: 0, embedding: [1] }],
        }),
      };
    case 'rerank':
      return {
        body: JSON.stringify({
          model: 'm',
          results: [{ index: 0, relevance_score: 1, document: { text: fields['query'] } }],
        }),
      };
    case 'refused':
      return {
        status: 400,
        body: JSON.stringify({ error: { message: `bad request: ${lastUserText(request)}`.slice(0, 400) } }),
      };
    case 'retried':
      tries.set(i, (tries.get(i) ?? 0) + 1);
      return tries.get(i) === 1
        ? { status: 503, headers: { 'retry-after': '0' }, body: '{"error":{"message":"busy"}}' }
        : {};
    case 'cut':
      return { cutAfter: 30, chunkSizes: [6], chunkEveryMs: 1 };
    default:
      return { chunkSizes: [1, 2, 3, 7] };
  }
}

beforeAll(async () => {
  upstream = await startFakeUpstream({ reply });
  const target = {
    id: 'frontier/fake',
    base_url: upstream.url,
    model: 'gpt-fake',
    retries: 1,
    max_concurrency: 64,
    surfaces: ['chat', 'completions', 'embeddings', 'rerank'],
  };
  gateway = await startGateway({ tiers: { 3: { targets: [target] } }, log: { level: 'trace' } });
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

interface Result {
  status: number;
  /** Everything that the client got. */
  body: string;
  text: string;
  calls: string;
}

const tool = (canaries: Canaries) => ({
  type: 'function',
  function: {
    name: 'send',
    description: `Sends as ${canaries.email}`,
    parameters: { type: 'object', properties: { to: { type: 'string', enum: [canaries.email] } } },
  },
});

function requestOf(i: number): [path: string, body: object] {
  const kind = kindOf(i);
  const canaries = canariesOf(i);
  const prompt = promptOf(canaries);
  const stream = kind.endsWith('stream') || kind === 'cut';
  const user = { role: 'user', content: prompt };
  switch (kind) {
    case 'completion':
    case 'completion-stream':
      return ['completions', { seed: i, prompt, stream }];
    case 'embedding':
      return ['embeddings', { seed: i, input: prompt }];
    case 'rerank':
      return [
        'rerank',
        {
          seed: i,
          query: prompt,
          documents: [`about ${canaries.email}`, canaries.key],
          return_documents: true,
        },
      ];
    case 'tools':
    case 'tools-stream':
      return ['chat/completions', { seed: i, stream, tools: [tool(canaries)], messages: [user] }];
    case 'json':
      return ['chat/completions', { seed: i, response_format: { type: 'json_object' }, messages: [user] }];
    case 'conversation':
      return [
        'chat/completions',
        {
          seed: i,
          user: canaries.email,
          metadata: { owner: canaries.name },
          messages: [
            { role: 'system', content: `You serve ${canaries.name}, ${canaries.email}.` },
            { role: 'user', content: [{ type: 'text', text: `I am ${canaries.name}, ${canaries.phone}` }] },
            {
              role: 'assistant',
              content: null,
              tool_calls: [
                {
                  id: 'c1',
                  type: 'function',
                  function: {
                    name: 'send',
                    arguments: JSON.stringify({ to: canaries.email, [canaries.iban]: canaries.key }),
                  },
                },
              ],
            },
            {
              role: 'tool',
              tool_call_id: 'c1',
              content: JSON.stringify({ [canaries.email]: canaries.card }),
            },
            user,
          ],
        },
      ];
    default:
      return ['chat/completions', { seed: i, stream, messages: [user] }];
  }
}

async function run(i: number): Promise<Result> {
  const [path, body] = requestOf(i);
  const answer = await post(path, body);
  const text = await answer.text();
  const result: Result = { status: answer.status, body: text, text: '', calls: '' };
  if (answer.status !== 200 || path === 'embeddings' || path === 'rerank') return result;
  const isStream = text.startsWith('data:');
  const whole =
    isStream && !text.includes('[DONE]')
      ? `${text.replace(/data: \{"error[\s\S]*$/, '')}data: [DONE]\n\n`
      : text;
  const { texts } = isStream ? readStream(whole) : readWhole(JSON.parse(text));
  return { ...result, text: texts['0 content'] ?? '', calls: texts['0 call 0'] ?? '' };
}

/** Was everything that was sent put back, for this kind of request? */
function checkRestored(i: number, { status, body, text, calls }: Result): void {
  const kind = kindOf(i);
  const canaries = canariesOf(i);
  const prompt = promptOf(canaries);
  expect([kind, status]).toEqual([kind, kind === 'refused' ? 400 : 200]);
  if (kind === 'refused') {
    for (const value of Object.values(canaries)) expect(body).not.toContain(value);
  } else if (kind === 'embedding') expect(body).toContain('"embedding":[1]');
  else if (kind === 'rerank')
    expect(JSON.parse(body).results[0].document.text).toBe(`about ${canaries.email}`);
  else if (kind === 'cut') expect(prompt.startsWith(text) && text.length > 100).toBe(true);
  else if (kind === 'json') expect(JSON.parse(text)).toEqual({ said: prompt });
  else if (kind === 'tools' || kind === 'tools-stream') {
    const { values, all } = JSON.parse(calls) as { values: string[]; all: string };
    expect(values.join(' ')).toBe(all);
    for (const value of Object.values(canaries)) expect(values).toContain(value);
  } else expect(text).toBe(prompt);
}

describe('1,000 mixed requests with values of their own', () => {
  const results: Result[] = [];

  it('are all answered, with every value back at the client', async () => {
    let next = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (next < REQUESTS) {
          const i = next;
          next += 1;
          results[i] = await run(i);
        }
      }),
    );
    for (const [i, result] of results.entries()) checkRestored(i, result);
  }, 300_000);

  /** The values of all requests that stand in a text, in any spelling. */
  const leakedIn = (text: string): string[] => {
    const sought = new Map<string, string>();
    for (let i = 0; i < REQUESTS; i += 1)
      for (const [what, value] of Object.entries(canariesOf(i)))
        for (const spelling of spellingsOf(value)) sought.set(spelling.toLowerCase(), `${kindOf(i)} ${what}`);
    const leaked = new Set<string>();
    const search = createValueSearch([...sought.keys()]);
    search(text.toLowerCase(), ({ value }) => leaked.add(sought.get(value)!));
    return [...leaked];
  };

  it('left none of them with the upstream', () => {
    expect(upstream.requests.length).toBeGreaterThanOrEqual(REQUESTS);
    const bytes = upstream.requests.map(
      ({ path, headers, bodyText }) => path + JSON.stringify(headers) + bodyText,
    );
    expect(leakedIn(bytes.join('\n'))).toEqual([]);
  }, 120_000);

  it('left none of them in the log, in metrics or in the database', async () => {
    // The search above kept this process busy: connections that the gateway closed meanwhile must be seen to be closed.
    await sleep(100);
    const pages = await Promise.all(
      ['metrics', 'readyz', 'v1/models'].map(async (path) => (await fetch(`${gateway.url}/${path}`)).text()),
    );
    await gateway.stop();
    const files = readdirSync(gateway.folder).map((file) =>
      readFileSync(join(gateway.folder, file), 'latin1'),
    );
    expect(files.join('').length).toBeGreaterThan(100_000);
    expect(leakedIn([gateway.output(), ...pages, ...files].join('\n'))).toEqual([]);
  }, 120_000);
});
