import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../contract/built-file.ts';

/** Runs the command as the CLI does, from its source. */
function scan(input: string, ...args: string[]) {
  const program = `import { scanCommand } from ${JSON.stringify(join(packageRoot, 'router/cli/scan.ts'))};
    await scanCommand().parseAsync(${JSON.stringify(args)}, { from: 'user' });`;
  const node = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const result = spawnSync(process.execPath, node, { cwd: packageRoot, input, encoding: 'utf8' });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

describe('tiergate scan', () => {
  it('reads JSON lines, keeps their order, and names a bad line without showing it', () => {
    const lines = [
      '{"id":"a","text":"😀 jo@example.org"}',
      'secret jo@example.org',
      '',
      '{"id":7}',
      '{"text":"pay DE89370400440532013000 now"}',
    ];
    const { code, out, err } = scan(lines.join('\n'));
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { id: 'a', spans: [{ start: 3, end: 17, label: 'EMAIL', score: 0.9 }] },
      { id: null, spans: [{ start: 4, end: 26, label: 'IBAN', score: 1 }] },
    ]);
    expect(err.trim().split('\n')).toEqual([
      'tiergate scan: line 2: not JSON; give one object a line: {"id": 1, "text": "..."}',
      'tiergate scan: line 4: no string "text"; give one object a line: {"id": 1, "text": "..."}',
    ]);
    expect(code).toBe(2);
  }, 20_000);

  it('scans one text, as a table or as JSON, and refuses a bad score', () => {
    expect(scan('', '--text', 'to jo@example.org').out).toBe('EMAIL\t0.90\t3-17\t"jo@example.org"\n');
    expect(
      JSON.parse(scan('', '--text', 'to jo@example.org 203.0.113.9', '--json', '--min-score', '0.8').out),
    ).toEqual({
      id: null,
      spans: [{ start: 3, end: 17, label: 'EMAIL', score: 0.9 }],
    });
    const bad = scan('', '--text', 'x', '--min-score', '7');
    expect(bad.code).toBe(1);
    expect(bad.err).toContain('"7" is not a score; give a number from 0 to 1.');
  }, 20_000);

  it('finds names, at the point that is asked for, or leaves them out', () => {
    const text = 'Anna Weber lives in Berlin. Ask Weber!';
    expect(scan('', '--text', text).out.replace(/\t\d\.\d\d\t/g, '\t-\t')).toBe(
      'PERSON\t-\t0-10\t"Anna Weber"\nLOCATION\t-\t20-26\t"Berlin"\nPERSON\t-\t32-37\t"Weber"\n',
    );
    expect(scan('', '--text', text, '--no-names').out).toBe('nothing found\n');
    expect(scan('', '--text', text, '--type', 'location').out).toMatch(/^LOCATION\t\S+\t20-26\t"Berlin"\n$/);
    expect(scan('', '--text', text, '--operating-point', 'all').err).toContain('balanced, recall, precision');
  }, 20_000);
});
