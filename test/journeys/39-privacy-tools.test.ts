// The privacy layer without a running gateway, as its users meet it: the package's entry point, `tiergate scan` on files and stdin,
// and `tiergate canary`. Real processes of the built program.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { builtFile, packageRoot } from '../../contract/built-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-privacy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  code: number;
  out: string;
  err: string;
}

function run(
  program: string,
  args: readonly string[],
  input = '',
  more: Record<string, string> = {},
): Promise<Run> {
  return new Promise((resolve) => {
    const env = { ...process.env, TIERGATE_MODEL: '', TIERGATE_CONFIG: '', NO_COLOR: '1', ...more };
    const child = execFile(process.execPath, [program, ...args], { cwd: folder, env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
    child.stdin!.end(input);
  });
}
const tiergate = (args: readonly string[], input?: string, env?: Record<string, string>): Promise<Run> =>
  run(builtFile('router/cli/main'), args, input, env);

describe('the package as a library', () => {
  beforeAll(() => {
    // As `npm install ../tiergate` lays it out.
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(packageRoot, join(folder, 'node_modules/tiergate'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  });

  it('scans, redacts and restores texts, requests, answers and streams', async () => {
    writeFileSync(
      join(folder, 'user.js'),
      `import { decrypt, inspect, redact, restore, scan } from 'tiergate/privacy';
      const text = '😀 Anna Weber, jo@example.org';
      const request = { model: 'm', messages: [{ role: 'user', content: text }] };
      const { output, vault } = redact(text);
      const whole = redact(request);
      const head = { id: 'c', object: 'chat.completion', created: 1, model: 'm' };
      const message = { role: 'assistant', content: whole.output.messages[0].content };
      const completion = restore({ ...head, choices: [{ index: 0, message, finish_reason: 'stop' }] }, whole.vault);
      async function* events() {
        for (const piece of ['To [EMA', 'IL_1]', '.'])
          yield [{ chunk: { ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: piece }, finish_reason: null }] } }];
      }
      let streamed = '';
      for await (const batch of restore(events(), vault))
        for (const { chunk } of batch) streamed += chunk.choices[0]?.delta.content ?? '';
      const encrypted = redact(text, { operator: 'encrypt', key: 'a long secret' }).output;
      let refused = '';
      try { redact(text, { operator: 'hash' }); } catch (error) { refused = error.message; }
      console.log(JSON.stringify({
        found: scan(text).map(({ type, start, end }) => [type, text.slice(start, end)]),
        onlyMail: scan(text, { names: false }).map(({ type }) => type),
        onlyNames: scan(text, { types: ['PERSON'] }).map(({ type }) => type),
        counts: inspect(request).counts,
        output, back: restore(output, vault), completion: completion.choices[0].message.content, streamed,
        masked: redact(text, { operator: { default: 'keep', EMAIL: 'mask' } }).output,
        decrypted: decrypt(encrypted, 'a long secret'), other: decrypt(encrypted, 'another secret') === encrypted, refused,
      }));`,
    );
    const { code, out, err } = await run('user.js', []);
    expect([code, err]).toEqual([0, '']);
    const text = '😀 Anna Weber, jo@example.org';
    expect(JSON.parse(out)).toEqual({
      found: [
        ['PERSON', 'Anna Weber'],
        ['EMAIL', 'jo@example.org'],
      ],
      onlyMail: ['EMAIL'],
      onlyNames: ['PERSON'],
      counts: { PERSON: 1, EMAIL: 1 },
      output: '😀 [PERSON_1], [EMAIL_1]',
      back: text,
      completion: text,
      streamed: 'To jo@example.org.',
      masked: '😀 Anna Weber, **@*******.***',
      decrypted: text,
      other: true,
      refused: 'operator hash needs a key; give options.key',
    });
  });

  it('has types that a strict TypeScript project accepts', async () => {
    writeFileSync(
      join(folder, 'user.ts'),
      `import { type ChatRequest, type Finding, inspect, type Redaction, redact, restore, scan } from 'tiergate/privacy';
      const found: readonly Finding[] = scan('x', { types: ['EMAIL'], operatingPoint: 'recall' });
      const { output, vault }: Redaction<string> = redact('x');
      const request: ChatRequest = { model: 'm', messages: [{ role: 'user', content: 'x' }] };
      export const all: (string | number)[] = [restore(output, vault), found.length, inspect(request).sensitivity];
      // @ts-expect-error no such operator
      redact('x', { operator: 'shred' });`,
    );
    const options = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--noEmit', '--types', 'node'];
    const roots = ['--typeRoots', join(packageRoot, 'node_modules/@types')];
    const { code, out } = await run(join(packageRoot, 'node_modules/typescript/bin/tsc'), [
      ...options,
      ...roots,
      'user.ts',
    ]);
    expect([code, out]).toEqual([0, '']);
  });
});

describe('tiergate scan', () => {
  const TEXT = 'Hello Anna Weber,\nwrite to jo@example.org or pay DE89370400440532013000.\n';
  const KEY = { TIERGATE_PRIVACY_KEY: '0123456789abcdef' };
  beforeAll(() => {
    writeFileSync(join(folder, 'note.txt'), TEXT);
    writeFileSync(join(folder, 'clean.txt'), 'Nothing to see here.\n');
  });

  it('lists what is in files by place, with hints only unless values are asked for', async () => {
    const { code, out } = await tiergate(['scan', 'note.txt', 'clean.txt']);
    expect(code).toBe(0);
    expect(out).toMatch(/^note\.txt:1:7 +PERSON .*\nnote\.txt:2:10 +EMAIL .*\nnote\.txt:2:32 +IBAN .*\n$/);
    for (const value of ['Anna', 'jo@example.org', 'DE89']) expect(out).not.toContain(value);
    expect((await tiergate(['scan', '--show-values', 'note.txt'])).out).toContain('"jo@example.org"');
    expect((await tiergate(['scan', 'clean.txt'])).out).toBe('nothing found\n');
  });

  it('gives one JSON line a file, with stand-ins on demand', async () => {
    const { out } = await tiergate(['scan', '--json', '--redact', 'note.txt', 'clean.txt']);
    const [note, clean] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(note.spans.map(({ start, end, label }: never) => `${label} ${TEXT.slice(start, end)}`)).toEqual([
      'PERSON Anna Weber',
      'EMAIL jo@example.org',
      'IBAN DE89370400440532013000',
    ]);
    expect(note.redacted).toBe('Hello [PERSON_1],\nwrite to [EMAIL_1] or pay [IBAN_1].\n');
    expect(clean).toEqual({ file: 'clean.txt', spans: [], redacted: 'Nothing to see here.\n' });
  });

  it('redacts standard input, byte for byte around the values', async () => {
    const { code, out } = await tiergate(['scan', '--redact'], '\ufeffMail: jo@example.org\r\n\tbye\0');
    expect([code, out]).toEqual([0, '\ufeffMail: [EMAIL_1]\r\n\tbye\0']);
    expect((await tiergate(['scan', '--redact', '--operator', 'mask', 'note.txt'])).out).toBe(
      'Hello **** *****,\nwrite to **@*******.*** or pay ******************3000.\n',
    );
  });

  it('encrypts and decrypts with the key of the environment, and says so where there is none', async () => {
    const sealed = await tiergate(['scan', '--redact', '--operator', 'encrypt', 'note.txt'], '', KEY);
    expect(sealed.out).toMatch(/^Hello \[PERSON:enc:[\w-]+\],\nwrite to \[EMAIL:enc:/);
    expect((await tiergate(['scan', '--decrypt'], sealed.out, KEY)).out).toBe(TEXT);
    // What a gateway encrypted for a caller is opened with that caller's name alone.
    const own = await tiergate(
      ['scan', '--redact', '--operator', 'encrypt', '--caller', 'anonymous', 'note.txt'],
      '',
      KEY,
    );
    expect((await tiergate(['scan', '--decrypt'], own.out, KEY)).out).toBe(own.out);
    expect((await tiergate(['scan', '--decrypt', '--caller', 'anonymous'], own.out, KEY)).out).toBe(TEXT);
    const without = await tiergate(['scan', '--decrypt'], sealed.out);
    expect(without.code).toBe(2);
    expect(without.err).toContain('set TIERGATE_PRIVACY_KEY');
  });

  it('makes a page that holds no value, whatever stands around it', async () => {
    writeFileSync(join(folder, 'page.txt'), '<script>alert(1)</script> jo@example.org\n');
    const { out } = await tiergate(['scan', '--report', 'html', 'note.txt', 'page.txt']);
    expect(out).toMatch(/^<!doctype html>/);
    expect(out).toContain('4 places in 2 texts');
    for (const value of ['Anna', 'jo@example.org', 'DE89', '<script>']) expect(out).not.toContain(value);
    const shown = await tiergate(['scan', '--report', 'html', '--show-values', 'page.txt']);
    expect(shown.out).toContain('jo@example.org');
    expect(shown.out).not.toContain('<script>');
  });

  it('fails on demand when something was found: for pipelines', async () => {
    expect((await tiergate(['scan', '--fail', 'note.txt'])).code).toBe(3);
    expect((await tiergate(['scan', '--fail', 'clean.txt'])).code).toBe(0);
    const missing = await tiergate(['scan', 'no-such-file.txt']);
    expect([missing.code, missing.err]).toEqual([
      2,
      'tiergate: cannot read no-such-file.txt (ENOENT); give a text file, or - for standard input\n',
    ]);
  });
});

describe('tiergate canary', () => {
  it('sends people of several locales through the real path and reports by type and locale', async () => {
    const args = ['canary', '--locale', 'en_US', '--locale', 'de', '--count', '5', '--json'];
    const { code, out, err } = await tiergate(args);
    expect([code, err]).toEqual([0, '']);
    interface Row {
      by: string;
      names: string[];
      sent: number;
      caught: number;
      restored: number;
      recall: number;
      low: number;
      high: number;
    }
    const rows = JSON.parse(out) as Row[];
    const [all] = rows.filter(({ by }) => by === 'all');
    // Seven kinds of values for each of ten people.
    expect([all!.sent, all!.restored]).toEqual([70, 70]);
    expect(rows.filter(({ by }) => by === 'locale').map(({ names, sent }) => [names[0], sent])).toEqual([
      ['en_US', 35],
      ['de', 35],
    ]);
    for (const { sent, caught, recall, low, high } of rows) {
      expect(recall).toBe(caught / sent);
      expect(low).toBeLessThanOrEqual(recall);
      expect(high).toBeGreaterThanOrEqual(recall);
    }
    const checked = rows.filter(
      ({ by, names }) => by === 'type' && ['EMAIL', 'IBAN', 'CREDIT_CARD'].includes(names[0]!),
    );
    expect(checked.map(({ recall }) => recall)).toEqual([1, 1, 1]);
    expect((await tiergate(args)).out).toBe(out);
  });

  it('uses the policies of the config: what is off gets out, what is refused does not', async () => {
    writeFileSync(join(folder, 'off.yaml'), stringify({ privacy: { types_off: ['EMAIL'] } }));
    writeFileSync(
      join(folder, 'block.yaml'),
      stringify({ privacy: { operators: { EMAIL: { 3: 'block' } } } }),
    );
    const caught = async (config: string): Promise<number> => {
      const { out } = await tiergate([
        'canary',
        '--config',
        config,
        '--locale',
        'en_US',
        '--count',
        '3',
        '--json',
      ]);
      const rows = JSON.parse(out) as { by: string; names: string[]; caught: number }[];
      return rows.find(({ by, names }) => by === 'type' && names[0] === 'EMAIL')!.caught;
    };
    expect(await caught('off.yaml')).toBe(0);
    expect(await caught('block.yaml')).toBe(3);
  });

  it.each([
    [['--locale', 'klingon'], /"klingon" is no locale of canaries; known: en_US/],
    [['--count', '0'], /--count 0 is not a whole number from 1 to 10000/],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await tiergate(['canary', ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});
