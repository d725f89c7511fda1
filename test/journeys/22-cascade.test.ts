// Level 1 answers first and is judged: a real engine with random weights, whose every word is a guess, and fake servers
// above. What leaves is one answer whole, the ledger has the drafts, and moving up passes the same gate for private values.
import Database from 'better-sqlite3';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILURES, type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway, waitUntilReady } from '../support/gateway.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const SURE = { min_acceptance: 0 };

let house: FakeUpstream;
let frontier: FakeUpstream;
/** Drafts of random words are doubted; in the next they stand unless their form is wrong; in the last they are asked for again. */
let doubting: RunningGateway;
let trusting: RunningGateway;
let asking: RunningGateway;

const start = (mode: string, limits: object): Promise<RunningGateway> =>
  startGateway({
    tiers: {
      1: { targets: [{ id: 'local/tiny', model_file: tinyModel() }] },
      2: {
        targets: [
          {
            id: 'house/fake',
            base_url: house.url,
            retries: 0,
            price: { input_usd_per_mtok: 1, output_usd_per_mtok: 2 },
          },
        ],
      },
      3: {
        targets: [
          {
            id: 'frontier/fake',
            base_url: frontier.url,
            api_key: 'k',
            retries: 0,
            price: { input_usd_per_mtok: 10, output_usd_per_mtok: 30 },
          },
        ],
      },
    },
    routing: { cascade: { mode, early_tokens: 6, ...limits }, thresholds: { level2: 1, level3: 1 } },
  });

beforeAll(async () => {
  house = await startFakeUpstream({ reply: { text: 'from the house, word by word' } });
  frontier = await startFakeUpstream({ reply: { text: 'from the frontier' } });
  doubting = await start('early', { min_acceptance: 0.9 });
  trusting = await start('hold', SURE);
  asking = await start('hold', { ...SURE, samples: 3 });
  for (const { url } of [doubting, trusting, asking])
    await waitUntilReady(url, (body) => body.targets.every((target) => target.available));
});
afterAll(async () => {
  await Promise.all([doubting?.dispose(), trusting?.dispose(), asking?.dispose()]);
  await Promise.all([house?.close(), frontier?.close()]);
});

const clientOf = (gateway: RunningGateway): OpenAI =>
  new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 });

interface Asked {
  text: string;
  headers: Headers;
}

async function ask(
  gateway: RunningGateway,
  content: string,
  {
    stream = false,
    headers = {},
    ...rest
  }: Record<string, unknown> & { headers?: Record<string, string> } = {},
): Promise<Asked> {
  const request = {
    model: 'auto',
    messages: [{ role: 'user' as const, content }],
    temperature: 0,
    max_tokens: 24,
    ...rest,
  };
  const client = clientOf(gateway);
  if (!stream) {
    const { data, response } = await client.chat.completions.create(request, { headers }).withResponse();
    return { text: data.choices[0]!.message.content ?? '', headers: response.headers };
  }
  const { data, response } = await client.chat.completions
    .create({ ...request, stream: true }, { headers })
    .withResponse();
  let text = '';
  for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? '';
  return { text, headers: response.headers };
}

interface AttemptRow {
  target: string;
  kind: string;
  outcome: string;
  reason: string | null;
  output_tokens: number | null;
  confidence_json: string | null;
  token_provenance: string | null;
  duration_ms: number;
}

/** The attempts of an answer, as the ledger has them. */
function attemptsOf(gateway: RunningGateway, { headers }: Asked): AttemptRow[] {
  const ledger = new Database(gateway.ledgerPath, { readonly: true });
  try {
    return ledger
      .prepare('SELECT * FROM attempts WHERE request_id = ? ORDER BY attempt_index')
      .all(headers.get('x-tiergate-request-id')) as AttemptRow[];
  } finally {
    ledger.close();
  }
}

describe('a draft in doubt', () => {
  it.each([false, true])('moves up before its first byte leaves (stream: %s)', async (stream) => {
    const answer = await ask(doubting, 'Say hi.', { stream });
    expect(answer.text).toBe('from the house, word by word');
    expect(answer.headers.get('x-tiergate-tier')).toBe('2');
    expect(answer.headers.get('x-tiergate-reason')).toMatch(
      /draft of local\/tiny did not stand: acceptance 0\.\d{3} < 0\.900( after 6 tokens)?; moved up to house\/fake/,
    );
    const [draft, second] = attemptsOf(doubting, answer);
    expect(draft).toMatchObject({ target: 'local/tiny', kind: 'first', outcome: 'rejected' });
    expect(draft!.reason).toMatch(/^acceptance 0\.\d{3} < 0\.900/);
    expect(draft!.duration_ms).toBeGreaterThan(0);
    expect(second).toMatchObject({ target: 'house/fake', kind: 'escalate', outcome: 'ok', reason: null });
  });

  it('is cut after its first tokens when it is judged early, and counted so', async () => {
    const answer = await ask(doubting, 'Tell me a story.', { stream: true, max_tokens: 200 });
    const [draft] = attemptsOf(doubting, answer);
    const { tokens } = JSON.parse(draft!.confidence_json!) as { tokens: number };
    expect(tokens).toBeGreaterThanOrEqual(6);
    expect(draft!.output_tokens).toBeLessThan(60);
    expect(draft!.token_provenance).toBe('estimated-partial');
  });

  it('is held to its end when the client asks for that', async () => {
    const answer = await ask(doubting, 'Tell me a story.', {
      stream: true,
      headers: { 'x-tiergate-cascade': 'hold' },
    });
    expect(answer.text).toBe('from the house, word by word');
    expect(attemptsOf(doubting, answer)[0]).toMatchObject({ outcome: 'rejected', output_tokens: 24 });
  });

  it('stands unjudged when the client switches the judgement off', async () => {
    const answer = await ask(doubting, 'Say hi.', { headers: { 'x-tiergate-cascade': 'off' } });
    expect(answer.headers.get('x-tiergate-tier')).toBe('1');
    expect(attemptsOf(doubting, answer)).toHaveLength(1);
  });

  it('moves on along the list when the next tier fails', async () => {
    house.next(FAILURES.serverError);
    const answer = await ask(doubting, 'Say hi.');
    expect(answer.text).toBe('from the frontier');
    expect(attemptsOf(doubting, answer).map(({ outcome }) => outcome)).toEqual(['rejected', 'error', 'ok']);
  });

  it.each([false, true])(
    'is better than nothing when every tier above is down (stream: %s)',
    async (stream) => {
      house.next(FAILURES.serverError);
      frontier.next(FAILURES.serverError);
      const answer = await ask(doubting, 'Say hi.', { stream });
      expect(answer.text).not.toBe('');
      expect(answer.headers.get('x-tiergate-tier')).toBe('1');
      expect(answer.headers.get('x-tiergate-reason')).toMatch(/no higher tier answered/);
      expect(attemptsOf(doubting, answer).filter(({ outcome }) => outcome === 'ok')).toHaveLength(1);
    },
  );

  it('shows private values to no one on its way up', async () => {
    frontier.requests.length = 0;
    house.next(FAILURES.serverError);
    const answer = await ask(doubting, 'Write to jane.roe@example.org.', { stream: true });
    expect(answer.headers.get('x-tiergate-tier')).toBe('3');
    expect(frontier.requests).toHaveLength(1);
    expect(frontier.requests[0]!.bodyText).not.toContain('jane.roe');
    expect(frontier.requests[0]!.bodyText).toContain('[EMAIL_1]');
  });

  it('does not move up where no higher tier may be asked', async () => {
    const answer = await ask(doubting, 'Say hi.', { headers: { 'x-tiergate-policy': 'strict-privacy' } });
    expect(answer.headers.get('x-tiergate-tier')).toBe('1');
    expect(attemptsOf(doubting, answer)).toHaveLength(1);
  });
});

describe('a draft without doubt', () => {
  it.each([false, true])('is answered whole by Level 1 alone (stream: %s)', async (stream) => {
    const before = house.requests.length;
    const held = await ask(trusting, 'Say hi.', { stream, max_tokens: 8 });
    const plain = await ask(trusting, 'Say hi.', {
      stream,
      max_tokens: 8,
      headers: { 'x-tiergate-cascade': 'off' },
    });
    expect(held.text).toBe(plain.text);
    expect(held.headers.get('x-tiergate-tier')).toBe('1');
    expect(held.headers.get('x-tiergate-reason')).toMatch(/its draft stands: acceptance 0\.\d{3} >= 0\.000$/);
    expect(house.requests).toHaveLength(before);
    const early = await ask(trusting, 'Say hi.', {
      stream,
      max_tokens: 8,
      headers: { 'x-tiergate-cascade': 'early' },
    });
    expect(early.text).toBe(plain.text);
  });

  it('refuses a wish that it does not know', async () => {
    await expect(
      ask(trusting, 'Say hi.', { headers: { 'x-tiergate-cascade': 'maybe' } }),
    ).rejects.toMatchObject({ status: 400 });
  });
});

describe('a draft that is asked for again', () => {
  it.each([false, true])(
    'moves up where the model says something else each time (stream: %s)',
    async (stream) => {
      const answer = await ask(asking, 'Say hi.', { stream });
      expect(answer.text).toBe('from the house, word by word');
      const [draft, ...later] = attemptsOf(asking, answer);
      expect(draft).toMatchObject({ kind: 'first', outcome: 'rejected', output_tokens: 24 });
      expect(draft!.reason).toMatch(/asked again 3 times it agreed with itself by 0\.\d\d < 0\.5/);
      expect(later.map(({ kind, outcome, output_tokens }) => [kind, outcome, output_tokens])).toEqual([
        ...Array.from({ length: 3 }, () => ['sample', 'ok', 24]),
        ['escalate', 'ok', expect.any(Number)],
      ]);
    },
  );

  it.each([false, true])(
    'stands where it says the same, and is what the client gets (stream: %s)',
    async (stream) => {
      // The schema leaves one answer.
      const only = {
        type: 'object',
        properties: { is: { const: 'so' } },
        required: ['is'],
        additionalProperties: false,
      };
      const response_format = {
        type: 'json_schema',
        json_schema: { name: 'only', strict: true, schema: only },
      };
      const answer = await ask(asking, 'Say so.', { stream, response_format, max_tokens: 60 });
      expect(JSON.parse(answer.text)).toEqual({ is: 'so' });
      expect(answer.headers.get('x-tiergate-tier')).toBe('1');
      expect(attemptsOf(asking, answer).map(({ kind, outcome }) => [kind, outcome])).toEqual([
        ['first', 'ok'],
        ...Array.from({ length: 3 }, () => ['sample', 'ok']),
      ]);
    },
  );
});
