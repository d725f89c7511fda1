// Closed by construction: what the check at the door finds does not leave, and a scanner that fails closes every other machine. A whole
// gateway with real sockets; only the fault is put in.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Cancellation } from '../../contract/cancellation.ts';
import type { ChatRequest } from '../../contract/chat.ts';
import { GatewayError } from '../../contract/errors.ts';
import type { LedgerEntry } from '../../contract/ledger.ts';
import { createLeakCheck } from '../../policies/privacy/leak-check.ts';
import { Vault } from '../../policies/privacy/vault.ts';
import { loadConfig } from '../../router/config/config.ts';
import { createGateway, type RunningGateway } from '../../router/gateway.ts';
import { answer } from '../../router/pipeline.ts';
import { createEgress } from '../../tiers/egress.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { vaultEntry } from '../support/vault.ts';

const MAIL = 'anna.weber@example.com';
let upstream: FakeUpstream;
let folder: string;
let gateway: RunningGateway;
const entries: LedgerEntry[] = [];
let logged = '';

beforeAll(async () => {
  upstream = await startFakeUpstream();
  folder = mkdtempSync(join(tmpdir(), 'tiergate-egress-'));
  const target = (id: string) => ({ id, base_url: upstream.url, model: id.split('/')[1], retries: 0 });
  writeFileSync(
    join(folder, 'tiergate.yaml'),
    stringify({
      tiers: {
        1: { targets: [target('near/small')] },
        2: { targets: [target('inhouse/middle')] },
        3: { targets: [target('frontier/large')] },
      },
    }),
  );
  const loaded = loadConfig({ path: join(folder, 'tiergate.yaml'), env: {}, cwd: folder });
  gateway = createGateway(loaded, {
    ledger: {
      record: async (entry) => void entries.push(entry),
      problem: () => null,
      close: async () => {},
    },
    hosts: new Map(),
    share: { number: 1, of: 1 },
    startedAtS: 0,
    log: pino(
      { level: 'trace' },
      {
        write: (line) => {
          logged += line;
        },
      },
    ),
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
  rmSync(folder, { recursive: true, force: true });
});

const askWith = async (with_: RunningGateway, model: string, more: Partial<ChatRequest> = {}) => {
  upstream.requests.length = 0;
  entries.length = 0;
  const request: ChatRequest = { model, messages: [{ role: 'user', content: `write to ${MAIL}` }], ...more };
  const ask = {
    request,
    requestId: 'r',
    surface: 'chat',
    caller: 'anonymous',
    headers: {},
    cancellation: new Cancellation(),
  };
  return answer(with_, ask).then(
    (reply) => (reply.kind === 'completion' ? reply.body : reply.kind),
    (error: unknown) => error as GatewayError,
  );
};

describe('a scanner that fails', () => {
  const broken = (): RunningGateway => ({
    ...gateway,
    privacy: {
      ...gateway.privacy,
      scan: (text) => {
        throw new RangeError(`cannot read ${text}`);
      },
    },
  });

  it.each(['tier:3', 'tier:2'])(
    'closes %s: a clear error, a row in the ledger, nothing sent',
    async (model) => {
      const error = await askWith(broken(), model);
      expect(error).toBeInstanceOf(GatewayError);
      expect((error as GatewayError).status).toBe(403);
      expect((error as GatewayError).message).toContain('looking for private values failed');
      expect(upstream.requests).toEqual([]);
      expect(entries.map(({ request }) => [request.outcome, request.sensitivity])).toEqual([
        ['blocked', 'restricted'],
      ]);
    },
  );

  it('leaves this machine open', async () => {
    expect(await askWith(broken(), 'auto')).toContain(MAIL);
    expect(JSON.parse(upstream.requests[0]!.bodyText).model).toBe('small');
  });

  it('is logged without the text that it failed on', () => {
    expect(logged).toContain('looking for private values failed');
    expect(logged).toContain('RangeError');
    expect(logged).not.toContain(MAIL);
  });
});

describe('the door', () => {
  it('stops a body with a value that redaction did not see, with an error and a row', async () => {
    // A field that no walk visits would be such a bug; here the walk is told nothing of the value.
    const blind: RunningGateway = {
      ...gateway,
      privacy: {
        ...gateway.privacy,
        scan: (text, options) => (text.includes('AKIA') ? [] : gateway.privacy.scan!(text, options)),
      },
    };
    const error = await askWith(blind, 'tier:3', { user: 'AKIA4QZX7LMNP2RSTUVW' });
    expect(error).toMatchObject({ code: 'EGRESS_BLOCKED', status: 500 });
    expect((error as GatewayError).message).toMatch(/nothing was sent .* unredacted value of type API_KEY/);
    expect(upstream.requests).toEqual([]);
    expect(entries[0]!.request).toMatchObject({ errorCode: 'EGRESS_BLOCKED', status: 500 });
    expect(entries[0]!.attempts).toMatchObject([
      { outcome: 'blocked', errorCode: 'EGRESS_BLOCKED', redacted: true },
    ]);
  });

  it('stays closed when the check itself fails', async () => {
    const egress = createEgress({ allowedOrigins: [new URL(upstream.url).origin] });
    upstream.requests.length = 0;
    const sending = egress.send({
      url: `${upstream.url}/chat/completions`,
      method: 'POST',
      headers: {},
      body: '{}',
      zone: 'external',
      check: () => {
        throw new Error('bug');
      },
      signal: new Cancellation(),
      timeouts: { connectMs: 1000, firstByteMs: 1000, idleMs: 1000, totalMs: 1000 },
    });
    await expect(sending).rejects.toMatchObject({ code: 'EGRESS_BLOCKED' });
    expect(upstream.requests).toEqual([]);
    await egress.close();
  });

  const EMAIL = 'zoë.weber@example.com';
  const PHONE = '+49 (30) 901-820';
  it.each([
    ['as it is', EMAIL],
    ['in capitals', EMAIL.toUpperCase()],
    ['without accents', 'zoe.weber@example.com'],
    ['decomposed', EMAIL.normalize('NFD')],
    ['full width', 'ｚｏё.weber@example.com'.replace('ё', 'ｅ')],
    ['with a zero-width space', 'zoë.we\u200bber@example.com'],
    ['percent-encoded', encodeURIComponent(EMAIL)],
    ['with HTML references', 'zo&#235;.weber&commat;example.com'],
    ['JSON-escaped', 'zo\\u00eb.weber\\u0040example.com'],
    ['escaped twice', 'zo\\\\u00eb.weber@example.com'],
    ['with look-alikes', 'zoë.wеbеr@example.com'],
    ['in markdown', 'zoë.**we**ber@example.com'],
    ['in base64', Buffer.from(`x ${EMAIL} y`).toString('base64')],
    ['in base64 for URLs', Buffer.from(`${EMAIL}?`).toString('base64url')],
    ['in hexadecimal', Buffer.from(EMAIL).toString('hex')],
    ['digits alone', '4930901820'],
    ['grouped otherwise', '49.30.901.820'],
  ])('knows a value %s', (_how, written) => {
    const check = createLeakCheck(new Vault([vaultEntry('EMAIL', 1, EMAIL), vaultEntry('PHONE', 1, PHONE)]));
    expect(check(`{"content":"see ${written} there"}`)).toMatch(/redacted value of type (EMAIL|PHONE)/);
    expect(check('{"content":"see [EMAIL_1] and [PHONE_1] there"}')).toBeNull();
  });
});
