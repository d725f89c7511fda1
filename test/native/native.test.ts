// Runs the C++ tests: one case a program of test/native/*_test.cpp, built here when stale.
// TIERGATE_NATIVE_DEEP=1 adds what takes a minute or two: hostile files under the address sanitizer, ARM under emulation;
// 2 also what takes a quarter of an hour: thousands of schedules, and all steps under the sanitizers (thread: one more build).
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';

const BUILD_TIMEOUT_MS = 600_000;
const RUN_TIMEOUT_MS = 120_000;
/** An emulator takes some ten times as long, and a busy machine twice that. */
const EMULATED_TIMEOUT_MS = 300_000;
const depth = Number(process.env['TIERGATE_NATIVE_DEEP'] ?? 0);
const deep = depth >= 1;
const whole = depth >= 2;
const programs = readdirSync(join(packageRoot, 'test', 'native'))
  .filter((name) => name.endsWith('_test.cpp'))
  .map((name) => name.slice(0, -'.cpp'.length));

const finds = (command: string): boolean =>
  spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

function build(...options: string[]): void {
  execFileSync(process.execPath, [join(packageRoot, 'native', 'build.mjs'), ...options], { stdio: 'pipe' });
}

/** Runs a test program from the repository's root; fails with its output unless every test passed. */
function run(command: string, ...options: string[]): void {
  runWith({}, command, ...options);
}

function runWith(env: Record<string, string>, command: string, ...options: string[]): void {
  const { status, signal, stdout, stderr } = spawnSync(command, options, {
    cwd: packageRoot,
    encoding: 'utf8',
    timeout: command.startsWith('qemu-') ? EMULATED_TIMEOUT_MS : RUN_TIMEOUT_MS,
    env: { ...process.env, ...env },
  });
  for (const line of stdout.split('\n')) if (line.startsWith('skip ')) console.log(line);
  if (status !== 0) throw new Error(`exit ${status ?? signal}\n${stdout}${stderr}`);
  expect(stdout).not.toMatch(/^not ok/m);
  expect(stdout).toMatch(/^ok /m);
  expect(stdout).toMatch(/^\d+ passed, 0 failed/m);
}

const builtProgram = (folder: string, name: string): string => join(packageRoot, 'native', folder, name);

/** Compiles one test program with the sanitizers, and runs it. Kernels take minutes to compile so. */
function sanitized(sanitizers: string, name: string): void {
  build('--tests', `--sanitize=${sanitizers}`, `--target=${name}`);
  run(builtProgram(`build-sanitize-${sanitizers.replaceAll(',', '-')}`, name));
}

describe('native engine', () => {
  beforeAll(() => build('--if-stale', '--tests'), BUILD_TIMEOUT_MS);

  it.each(programs)('%s passes', (name) => run(builtProgram('build', name)), RUN_TIMEOUT_MS);

  it('refuses damaged model files without crashing (seeded fuzzing)', () => {
    run(builtProgram('build', 'gguf_fuzz'), '20000', '1');
  });

  it.skipIf(!finds('nm'))('lets no instruction set leak a shared function (skipped without nm)', () => {
    const folder = join(packageRoot, 'native', 'build', 'CMakeFiles', 'kernels.dir', 'src', 'kernels', 'isa');
    const objects = readdirSync(folder).filter((name) => name.endsWith('.cpp.o'));
    expect(objects.length).toBeGreaterThan(0);
    for (const name of objects) {
      const symbols = execFileSync('nm', ['-C', '--defined-only', '--extern-only', join(folder, name)], {
        encoding: 'utf8',
      });
      const isa = name.slice(0, -'.cpp.o'.length);
      expect(
        symbols
          .trim()
          .split('\n')
          .map((line) => line.split(' ').slice(2).join(' ')),
      ).toEqual([`tiergate::kernels_${isa}`]);
    }
  });
});

describe.skipIf(!deep)('native engine, deep (skipped unless TIERGATE_NATIVE_DEEP=1)', () => {
  it(
    'reads hostile files under the address and undefined-behaviour sanitizers',
    () => {
      for (const name of ['gguf_test', 'gguf_fuzz']) sanitized('address,undefined', name);
    },
    BUILD_TIMEOUT_MS,
  );
  it.skipIf(!whole)(
    'quantises and multiplies under the address and undefined-behaviour sanitizers (skipped unless TIERGATE_NATIVE_DEEP=2)',
    () => {
      for (const name of ['quant_test', 'kernels_test']) sanitized('address,undefined', name);
    },
    3 * BUILD_TIMEOUT_MS,
  );

  it.skipIf(!whole)(
    'gives the same bits in thousands of random schedules (skipped unless TIERGATE_NATIVE_DEEP=2)',
    () => {
      build('--if-stale', '--tests');
      runWith({ TIERGATE_SCHEDULES: '5100' }, builtProgram('build', 'schedules_test'));
    },
    BUILD_TIMEOUT_MS,
  );

  it.skipIf(!whole)(
    'runs steps and schedules under the address and undefined-behaviour sanitizers (skipped unless TIERGATE_NATIVE_DEEP=2)',
    () => {
      for (const name of ['session_test', 'schedules_test']) sanitized('address,undefined', name);
    },
    3 * BUILD_TIMEOUT_MS,
  );
  it.skipIf(!whole)(
    'runs steps and schedules under the thread sanitizer (skipped unless TIERGATE_NATIVE_DEEP=2)',
    () => {
      for (const name of ['session_test', 'schedules_test']) sanitized('thread', name);
    },
    3 * BUILD_TIMEOUT_MS,
  );

  const canEmulate = finds('aarch64-linux-gnu-g++') && finds('qemu-aarch64-static');
  it.skipIf(!canEmulate)(
    'computes the same on ARM (skipped without aarch64-linux-gnu-g++ and qemu-aarch64-static)',
    () => {
      for (const name of ['quant_test', 'kernels_test']) {
        // The kernels' code for ARM takes 300 s of one core with full optimisation, 130 s without.
        build('--tests', '--cross=aarch64', `--target=${name}`, ...(whole ? [] : ['--quick']));
        const program = builtProgram(whole ? 'build-aarch64' : 'build-aarch64-quick', name);
        expect(existsSync(program)).toBe(true);
        run('qemu-aarch64-static', '-cpu', 'max', program);
      }
    },
    BUILD_TIMEOUT_MS,
  );
});
