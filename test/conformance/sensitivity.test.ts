// The label of a whole request over real sockets: by findings, key, header and topic, in the conditions of policies, in the ledger.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRequest } from '../../store/requests.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

let inhouse: FakeUpstream;
let frontier: FakeUpstream;
let gateway: RunningGateway;

const KEYS = { everybody: 'key-of-everybody-1', clinic: 'key-of-the-clinic-2', vault: 'key-of-the-vault-3' };

beforeAll(async () => {
  inhouse = await startFakeUpstream({ reply: { text: 'from the house' } });
  frontier = await startFakeUpstream({ reply: { text: 'from the frontier' } });
  gateway = await startGateway({
    auth: {
      keys: [
        { name: 'everybody', key: KEYS.everybody },
        { name: 'clinic', key: KEYS.clinic, sensitivity: 'confidential' },
        { name: 'vault', key: KEYS.vault, sensitivity: 'restricted' },
      ],
    },
    tiers: {
      2: { targets: [{ id: 'inhouse/fake', base_url: inhouse.url, model: 'm' }] },
      3: { targets: [{ id: 'frontier/fake', base_url: frontier.url, model: 'm' }] },
    },
    privacy: { topics: { health: 'confidential' } },
    policies: [
      'default',
      {
        name: 'own',
        rules: [
          { name: 'start-high', when: 'true', reason: 'the frontier first', effects: { start_tier: 3 } },
          {
            name: 'law-stays',
            when: '"legal" in topics',
            reason: 'law stays in the house',
            effects: { deny_zones: ['external'] },
          },
          {
            name: 'confidential-stays',
            when: 'rank(sensitivity) >= rank("confidential")',
            reason: 'confidential requests stay in the house',
            effects: { deny_zones: ['external'] },
          },
        ],
      },
    ],
  });
});
afterAll(async () => {
  await gateway.dispose();
  await Promise.all([inhouse.close(), frontier.close()]);
});

const post = (path: string, text: string, caller: keyof typeof KEYS = 'everybody', label?: string) =>
  fetch(`${gateway.url}/v1/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${KEYS[caller]}`,
      ...(label !== undefined && { 'x-tiergate-sensitivity': label }),
    },
    body: JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: text }] }),
  });

const PLAIN = 'Which colour has the sky at noon?';
const HEALTH = 'The patient was diagnosed with diabetes and takes insulin.';
const LAW = 'Draft a reply to the plaintiff: our defendant denies all liability under clause 4.';
const MAIL = 'Please write to jo@corp.example about the garden.';

const CASES: [
  text: string,
  caller: keyof typeof KEYS,
  header: string | undefined,
  label: string,
  tier: string,
][] = [
  [PLAIN, 'everybody', undefined, 'public', '3'],
  [PLAIN, 'everybody', 'internal', 'internal', '3'],
  [PLAIN, 'everybody', 'restricted', 'restricted', '2'],
  [PLAIN, 'clinic', undefined, 'confidential', '2'],
  [PLAIN, 'clinic', 'public', 'confidential', '2'],
  [PLAIN, 'vault', 'internal', 'restricted', '2'],
  [HEALTH, 'everybody', undefined, 'confidential', '2'],
  [HEALTH, 'everybody', 'public', 'confidential', '2'],
  [LAW, 'everybody', undefined, 'internal', '2'],
  [MAIL, 'everybody', 'public', 'confidential', '2'],
];

describe('the sensitivity of a request', () => {
  it.each(CASES)('%s (%s, header %s): %s, tier %s', async (text, caller, header, label, tier) => {
    const answer = await post('chat/completions', text, caller, header);
    expect([answer.status, answer.headers.get('x-tiergate-tier')]).toEqual([200, tier]);
    const id = answer.headers.get('x-request-id')!;
    await answer.text();
    expect(readRequest(gateway.ledgerPath, id)!.request.sensitivity).toBe(label);
    const route = await (await post('route', text, caller, header)).json();
    expect(route).toMatchObject({ facts: { sensitivity: label }, decision: { sensitivity: label } });
    const scan = await (await post('scan', text, caller, header)).json();
    expect(scan).toMatchObject({ sensitivity: label });
  });

  it('keeps topics with the row, so that a replay of other policies sees them', async () => {
    const answer = await post('chat/completions', HEALTH, 'clinic');
    await answer.text();
    const { request } = readRequest(gateway.ledgerPath, answer.headers.get('x-request-id')!)!;
    expect(request.facts).toMatchObject({ topics: ['health'], declaredSensitivity: 'confidential' });
  });

  it('refuses a header that is no label, and sends nothing', async () => {
    const before = inhouse.requests.length + frontier.requests.length;
    const answer = await post('chat/completions', PLAIN, 'everybody', 'top secret');
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { error: { message: string } }).error.message).toBe(
      'x-tiergate-sensitivity: "top secret" is no label; write public, internal, confidential, restricted',
    );
    expect(inhouse.requests.length + frontier.requests.length).toBe(before);
  });
});
