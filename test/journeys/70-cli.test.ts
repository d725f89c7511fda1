// Every command as a user runs it: a real process of the built program.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtFile } from '../../contract/built-file.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway, waitUntilReady } from '../support/gateway.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  code: number;
  out: string;
  err: string;
}

function tiergate(
  args: string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Promise<Run> {
  return new Promise((resolve) => {
    const env = { ...process.env, TIERGATE_MODEL: '', TIERGATE_CONFIG: '', NO_COLOR: '1', ...options.env };
    const child = execFile(
      process.execPath,
      [builtFile('router/cli/main'), ...args],
      { cwd: folder, env, maxBuffer: 64 << 20 },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
    child.stdin!.end(options.input ?? '');
  });
}

const GOOD = join(folder, 'good.yaml');
const BAD = join(folder, 'bad.yaml');
writeFileSync(
  GOOD,
  `tiers:
  1: {targets: [{id: local/tiny, model_file: ${JSON.stringify(tinyModel())}}]}
  2: {targets: [{id: inhouse/llama, base_url: "http://127.0.0.1:9/v1", api_key: s3cret-key}]}
  3: {targets: [{id: frontier/big, base_url: "http://127.0.0.1:9/v1", api_key: s3cret-key}]}
`,
);
writeFileSync(BAD, 'server:\n  prot: 80\nlog: {level: loud}\n');

describe('help', () => {
  it.each([
    ['serve'],
    ['engine'],
    ['chat'],
    ['route'],
    ['scan'],
    ['tokenize'],
    ['inspect'],
    ['convert'],
    ['quantize'],
    ['imatrix'],
    ['report'],
    ['config', 'check'],
    ['config', 'schema'],
    [],
  ])('tiergate %s %s --help exits 0 and shows an example', async (...words: string[]) => {
    const { code, out } = await tiergate([...words, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/Examples?:\n[\s\S]*\$ .*tiergate/);
    expect(out).toContain(`Usage: ${['tiergate', ...words].join(' ')}`);
  });

  it('an unknown command or option exits non-zero and says so', async () => {
    const command = await tiergate(['srve']);
    expect(command.code).not.toBe(0);
    expect(command.err).toMatch(/unknown command 'srve'/);
    const option = await tiergate(['route', '--jsn', 'hi']);
    expect(option.code).not.toBe(0);
    expect(option.err).toMatch(/unknown option '--jsn'/);
  });

  it('--version prints the version', async () => {
    expect((await tiergate(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('config', () => {
  it('check accepts a good file and shows no key', async () => {
    const { code, out } = await tiergate(['config', 'check', '-c', GOOD]);
    expect(code).toBe(0);
    expect(out).toMatch(/tier 2 {2}inhouse\/llama {2}\(private, openai\)/);
    expect(out).not.toContain('s3cret');
    const json = JSON.parse((await tiergate(['config', 'check', '-c', GOOD, '--json'])).out);
    expect(json).toMatchObject({ ok: true, targets: [{ tier: 1 }, { tier: 2 }, { tier: 3 }] });
  });

  it('check refuses a bad file with every problem and exit code 2', async () => {
    const { code, err } = await tiergate(['config', 'check', '-c', BAD]);
    expect(code).toBe(2);
    expect(err.trim().split('\n')).toEqual([
      expect.stringMatching(/bad\.yaml:2:3: server\.prot: unknown key "prot"; did you mean "port"\?$/),
      expect.stringMatching(/bad\.yaml:3:14: log\.level: "loud" is none of/),
    ]);
    const asJson = await tiergate(['config', 'check', '-c', BAD, '--json']);
    expect(asJson.code).toBe(2);
    expect(JSON.parse(asJson.out)).toMatchObject({ ok: false, problems: [{ line: 2 }, { line: 3 }] });
  });

  it('a missing file is one clear line, without a stack', async () => {
    const { code, err } = await tiergate(['config', 'check', '-c', 'nope.yaml']);
    expect(code).toBe(2);
    expect(err.trim()).toMatch(/^tiergate: config nope\.yaml: there is no such file[^\n]*$/);
  });

  it('schema prints a JSON Schema', async () => {
    const schema = JSON.parse((await tiergate(['config', 'schema'])).out);
    expect(schema).toMatchObject({ title: 'tiergate.yaml', type: 'object' });
    expect(schema.$schema).toContain('json-schema.org');
  });
});

describe('route', () => {
  it('shows the plan as a table and as JSON', async () => {
    const table = await tiergate(['route', '-c', GOOD, 'Say hi.']);
    expect(table.code).toBe(0);
    expect(table.out).toMatch(/^task \w+, difficulty 0\.\d+/);
    expect(table.out).toMatch(/^ 1\. local\/tiny/m);
    const { out } = await tiergate(['route', '-c', GOOD, '--json'], { input: 'Mail jo@example.org\n' });
    const { facts, decision } = JSON.parse(out);
    expect(facts.findings).toEqual({ EMAIL: 1 });
    expect(decision.candidates.map(({ redact }: { redact: boolean }) => redact)).toEqual([false, true, true]);
    expect(out).not.toContain('jo@example.org');
  });

  it('exits 1 where a policy refuses, 2 where the input is wrong', async () => {
    const refused = await tiergate(['route', '-c', GOOD, '-p', 'strict-privacy', '-t', '3', 'hi']);
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(/refused \(POLICY_BLOCKED\)/);
    const wrong = await tiergate(['route', '-c', GOOD, '-t', '9', 'hi']);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/"9" is no tier; write 1, 2 or 3/);
    expect((await tiergate(['route', '-c', GOOD, '--max-tokens', 'x', 'hi'])).code).toBe(2);
    const bad = await tiergate(['route', '-c', BAD, 'hi']);
    expect(bad.code).toBe(2);
    expect(bad.err).toMatch(/the config has 2 problems:/);
  });
});

describe('scan', () => {
  it('reads JSONL, answers line by line, and goes on after a bad line', async () => {
    const text = 'write to jo@example.org now';
    const input = `${JSON.stringify({ id: 7, text })}\nnot json\n\n{"id":8}\n${JSON.stringify({ id: 9, text: 'nothing here' })}\n`;
    const { code, out, err } = await tiergate(['scan'], { input });
    expect(code).toBe(2);
    const [first, last] = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({ id: 7, spans: [{ label: 'EMAIL' }] });
    expect(text.slice(first.spans[0].start, first.spans[0].end)).toBe('jo@example.org');
    expect(last).toEqual({ id: 9, spans: [] });
    expect(err.match(/line \d+/g)).toEqual(['line 2', 'line 4']);
    expect(err).not.toContain('not json');
  });

  it('takes one text, and refuses a score that is none', async () => {
    const { code, out } = await tiergate(['scan', '--text', 'jo@example.org']);
    expect([code, out.split('\t')[0]]).toEqual([0, 'EMAIL']);
    expect((await tiergate(['scan', '--min-score', '2', '--text', 'x'])).code).not.toBe(0);
  });
});

describe('a model file', () => {
  it('tokenize gives ids and pieces that make the text again', async () => {
    const { code, out } = await tiergate(['tokenize', '-m', tinyModel(), '--json', 'hello world']);
    expect(code).toBe(0);
    const { count, ids, pieces } = JSON.parse(out);
    expect(ids).toHaveLength(count);
    // SentencePiece vocabularies put a space before the first word.
    expect(pieces.join('')).toBe(' hello world');
    const piped = await tiergate(['tokenize', '-m', tinyModel(), '--json'], { input: 'hello world' });
    expect(JSON.parse(piped.out).ids).toEqual(ids);
  });

  it('inspect shows metadata and tensors', async () => {
    const { code, out } = await tiergate(['inspect', tinyModel(), '--json']);
    expect(code).toBe(0);
    const { metadata, tensors, totals } = JSON.parse(out);
    expect(metadata['general.architecture']).toBe('llama');
    expect(tensors).toHaveLength(totals.tensors);
    expect((await tiergate(['inspect', tinyModel()])).out).toContain('general.architecture');
  });

  it.each([
    ['tokenize', '-m', GOOD, 'x'],
    ['inspect', GOOD],
  ])('%s refuses what is no GGUF in one line', async (...args) => {
    const { code, err } = await tiergate(args);
    expect(code).not.toBe(0);
    expect(err.trim()).toMatch(/^tiergate: [^\n]*$/);
  });
});

describe('report', () => {
  it('of a missing ledger is one clear line, and makes no file', async () => {
    const ledger = join(folder, 'none.db');
    const { code, err } = await tiergate(['report', '--ledger', ledger]);
    expect(code).not.toBe(0);
    expect(err.trim()).toMatch(/^tiergate: [^\n]*none\.db[^\n]*$/);
    expect(existsSync(ledger)).toBe(false);
  });

  it('refuses a period that is none', async () => {
    const { code, err } = await tiergate(['report', '--since', 'yesterday']);
    expect(code).toBe(2);
    expect(err).toMatch(/"yesterday" is no time/);
  });
});

describe('chat with a gateway', () => {
  let upstream: FakeUpstream;
  let gateway: RunningGateway;
  beforeAll(async () => {
    upstream = await startFakeUpstream({ reply: { text: 'a good answer' } });
    gateway = await startGateway({
      tiers: { 2: { targets: [{ id: 'inhouse/fake', base_url: upstream.url, model: 'house' }] } },
    });
    await waitUntilReady(gateway.url, ({ targets }) => targets.every(({ available }) => available));
  });
  afterAll(async () => {
    await gateway.dispose();
    await upstream.close();
  });

  it('prints the answer, where it came from and why', async () => {
    const { code, out } = await tiergate(['chat', '--url', `${gateway.url}/v1`, 'Say hi.']);
    expect(code).toBe(0);
    expect(out).toMatch(/^a good answer\n/);
    expect(out).toMatch(/tier 2, inhouse\/fake: /);
  });

  it('prints JSON, with the system prompt sent along', async () => {
    const args = ['chat', '--url', `${gateway.url}/v1`, '-s', 'Be brief.', '--json', 'Say hi.'];
    const answer = JSON.parse((await tiergate(args)).out);
    expect(answer).toMatchObject({ text: 'a good answer', target: 'inhouse/fake', tier: 2 });
    const body = JSON.parse(upstream.requests.at(-1)!.bodyText);
    expect(body.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Say hi.' },
    ]);
  });

  it('tells what to do when no gateway answers, and when the model is unknown', async () => {
    const nobody = await tiergate(['chat', '--url', 'http://127.0.0.1:9/v1', 'hi']);
    expect(nobody.code).toBe(1);
    expect(nobody.err).toMatch(
      /no gateway answers at http:\/\/127\.0\.0\.1:9\/v1; start one with `tiergate serve`/,
    );
    const unknown = await tiergate(['chat', '--url', `${gateway.url}/v1`, '-m', 'gpt-9', 'hi']);
    expect(unknown.code).toBe(1);
    expect(unknown.err).toMatch(/unknown model "gpt-9"; use auto/);
  });
});
