// What of the published suites and recorded outputs passes: passed and total of token ids, chat templates, schemas and
// architectures, every exclusion by name with its reason. Exit code 1 when something fails or is missing.
//   npm run conformance -- [--only ids,templates,schemas,architectures] [--json]
// The cases are the tests of test/conformance. A test counts as one case, or as what it reports with countCases() of
// test/support/conformance.ts; a skipped one says "(skipped: reason)" in its name. They run one file after the other.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { scriptOptions } from '../bench/script-options.ts';
import { packageRoot } from '../contract/built-file.ts';
import type { ConformanceCounts } from '../test/support/conformance.ts';

const given = scriptOptions(import.meta.url, {
  only: { type: 'string', default: 'ids,templates,schemas,architectures' },
  json: { type: 'boolean', default: false },
});

/** By the names of the test files: a new file of such a name is counted without being listed here. */
const SUITES: Record<string, { what: string; files: RegExp }> = {
  ids: { what: 'token ids and words', files: /token/ },
  templates: { what: 'chat templates', files: /templates/ },
  schemas: { what: 'schemas and grammars', files: /schema|grammar|maskbench/ },
  architectures: {
    what: 'architectures beside llama.cpp',
    files: /architectures|^peers|^embeddings|^encoders/,
  },
};

interface Suite extends ConformanceCounts {
  name: string;
  what: string;
  failed: { name: string; problem: string }[];
}

interface TestReport {
  testResults: {
    name: string;
    message: string;
    assertionResults: {
      title: string;
      status: string;
      failureMessages: string[];
      meta?: { conformance?: ConformanceCounts };
    }[];
  }[];
}

const folder = join(packageRoot, 'test', 'conformance');
const skipReason = /\s*\(skipped:?\s*(.*)\)$/;
const plain = (text: string): string => stripVTControlCharacters(text).split('\n')[0]!.slice(0, 200);

/** Runs test files and reads vitest's report. */
function report(files: readonly string[]): TestReport {
  const out = mkdtempSync(join(tmpdir(), 'tiergate-conformance-'));
  const path = join(out, 'report.json');
  try {
    const vitest = join(packageRoot, 'node_modules', '.bin', 'vitest');
    const args = [
      'run',
      '--project',
      'conformance',
      '--reporter=json',
      `--outputFile=${path}`,
      '--no-file-parallelism',
    ];
    const run = spawnSync(
      vitest,
      [...args, '--testTimeout=120000', ...files.map((file) => join('test/conformance', file))],
      {
        cwd: packageRoot,
        env: { ...process.env, TIERGATE_CONFORMANCE: '1' },
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      },
    );
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as TestReport;
    } catch {
      throw new Error(`vitest ended with ${run.status} and no report:\n${run.stdout}${run.stderr}`);
    }
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function suiteOf(name: string): Suite {
  const { what, files: pattern } = SUITES[name]!;
  const suite: Suite = { name, what, passed: 0, total: 0, excluded: [], failed: [] };
  const files = readdirSync(folder).filter((file) => file.endsWith('.test.ts') && pattern.test(file));
  if (files.length === 0) {
    suite.excluded.push({ name: what, reason: 'no test of test/conformance is about them yet' });
    return suite;
  }
  const passed: string[] = [];
  for (const file of report(files).testResults) {
    if (file.assertionResults.length === 0) count(suite, 'failed', file.name, file.message);
    for (const { title, status, failureMessages, meta } of file.assertionResults) {
      if (status === 'passed') passed.push(title);
      if (status === 'skipped' || status === 'pending' || status === 'todo') {
        const reason =
          skipReason.exec(title)?.[1] ?? 'what it needs is absent: ../shared/data or bench/peers';
        suite.excluded.push({ name: title.replace(skipReason, ''), reason });
      } else if (status === 'passed' && meta?.conformance) {
        suite.passed += meta.conformance.passed;
        suite.total += meta.conformance.total;
        suite.excluded.push(...meta.conformance.excluded);
        const missing = meta.conformance.total - meta.conformance.passed;
        if (missing > 0) suite.failed.push({ name: title, problem: `${missing} of its cases fail` });
      } else count(suite, status, title, failureMessages.join(' '));
    }
  }
  if (name === 'architectures') missingArchitectures(suite, passed);
  return suite;
}

function count(suite: Suite, status: string, name: string, problem: string): void {
  suite.total++;
  if (status === 'passed') suite.passed++;
  else suite.failed.push({ name, problem: plain(problem) });
}

/** Every file of native/src/model/arch must be compared with llama.cpp by some test that passed and is named after it. */
function missingArchitectures(suite: Suite, passed: readonly string[]): void {
  for (const file of readdirSync(join(packageRoot, 'native', 'src', 'model', 'arch'))) {
    const source = readFileSync(join(packageRoot, 'native', 'src', 'model', 'arch', file), 'utf8');
    const spelt = [
      file.replace(/\.cpp$/, ''),
      ...[...source.matchAll(/"([a-z0-9-]+)"/g)].map(([, word]) => word!),
    ];
    const names = spelt.map((word) => new RegExp(`(?<![\\w-])${word}(?![a-z0-9])`, 'i'));
    if (!file.endsWith('.cpp') || passed.some((title) => names.some((name) => name.test(title)))) continue;
    suite.total++;
    suite.failed.push({ name: spelt[0]!, problem: 'no test compares this architecture with llama.cpp' });
  }
}

function print(suite: Suite): void {
  const share =
    suite.total === 0 ? '     -' : `${((100 * suite.passed) / suite.total).toFixed(1).padStart(5)} %`;
  const counts = `${suite.passed}/${suite.total}`.padStart(11);
  console.log(
    `${suite.name.padEnd(14)} ${counts}  ${share}  ${suite.excluded.length} excluded  (${suite.what})`,
  );
  for (const { name, problem } of suite.failed) console.log(`    FAILED    ${name}: ${problem}`);
  for (const { name, reason } of suite.excluded) console.log(`    excluded  ${name}: ${reason}`);
}

const names = given.only.split(',');
const unknown = names.filter((name) => !Object.hasOwn(SUITES, name));
if (unknown.length > 0) {
  console.error(`there is no suite "${unknown[0]}"; --only takes ${Object.keys(SUITES).join(', ')}`);
  process.exitCode = 2;
} else {
  const suites: Suite[] = [];
  for (const name of names) {
    const suite = suiteOf(name);
    suites.push(suite);
    if (!given.json) print(suite);
  }
  if (given.json) console.log(JSON.stringify({ suites }, null, 2));
  process.exitCode = suites.some(({ failed }) => failed.length > 0) ? 1 : 0;
}
