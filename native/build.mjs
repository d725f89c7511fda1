// Configures and compiles the native engine into native/build (or a sibling folder for a sanitizer or cross build).
// Plain JavaScript without dependencies but the header packages node-addon-api and node-api-headers.
//   node native/build.mjs [--if-stale] [--tests] [--bench] [--quick] [--target=NAME] [--sanitize=address,undefined] [--cross=aarch64]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const native = dirname(fileURLToPath(import.meta.url));
const root = dirname(native);
const flags = process.argv.slice(2);
const has = (flag) => flags.includes(flag);
const value = (flag) => flags.find((argument) => argument.startsWith(`${flag}=`))?.slice(flag.length + 1) ?? '';
const sanitize = value('--sanitize');
const cross = value('--cross');
const target = value('--target');
const withTests = has('--tests');
const withBench = has('--bench');
// In a folder of its own, without the addon: slow kernels must never pass for the product's.
const quick = has('--quick');
const variant = [cross, quick && 'quick', sanitize && `sanitize-${sanitize.replaceAll(',', '-')}`].filter(Boolean).join('-');
const buildFolder = join(native, variant ? `build-${variant}` : 'build');
const lockFile = join(buildFolder, '.lock');

function fail(message) {
  console.error(`native build: ${message}`);
  process.exit(1);
}

for (const flag of flags) {
  if (!/^--(if-stale|tests|bench|quick|(target|sanitize|cross)=[\w,]+)$/.test(flag)) {
    fail(`unknown option ${flag}; known: --if-stale --tests --bench --quick --target=NAME --sanitize=LIST --cross=aarch64`);
  }
}
if (cross && cross !== 'aarch64') fail(`--cross=${cross} is unknown; known: aarch64`);

/** A digest over names, sizes and times of all sources: equal means nothing to compile. */
function sourceStamp() {
  const hash = createHash('sha256').update(JSON.stringify([process.env.CXX ?? '', process.arch]));
  const visit = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    if (!stat.isDirectory()) {
      hash.update(`${relative(root, path)} ${stat.size} ${stat.mtimeMs}\n`);
      return;
    }
    for (const name of readdirSync(path).sort()) if (!/\.(ts|json|md)$/.test(name)) visit(join(path, name));
  };
  for (const part of ['build.mjs', 'CMakeLists.txt', 'cmake', 'include', 'src']) visit(join(native, part));
  visit(join(root, 'package-lock.json'));
  if (withTests) for (const folder of ['native', 'fuzz']) visit(join(root, 'test', folder));
  if (withBench) visit(join(root, 'bench', 'native'));
  return hash.digest('hex');
}

const works = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

function checkTools() {
  if (!works('cmake')) fail('cmake is missing: install it (Debian/Ubuntu: apt-get install cmake; macOS: brew install cmake)');
  const compiler = cross ? 'aarch64-linux-gnu-g++' : (process.env.CXX ?? 'c++');
  const hint = cross ? 'apt-get install g++-aarch64-linux-gnu' : 'apt-get install g++; macOS: xcode-select --install';
  if (!works(compiler)) fail(`${compiler} is missing: install a C++20 compiler (Debian/Ubuntu: ${hint})`);
  const probe = spawnSync(compiler, ['-std=c++20', '-fsyntax-only', '-x', 'c++', '-'], { input: '#include <span>\nint main() {}\n', encoding: 'utf8' });
  if (probe.status !== 0) {
    fail(`${compiler} cannot compile C++20: install a newer one (Debian/Ubuntu: apt-get install g++-12, then CXX=g++-12)\n${probe.stderr}`);
  }
}

/** Runs one step with one line of progress; the end of its output is shown only when it fails. */
async function step(label, command, args) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const tty = process.stdout.isTTY;
  const output = [];
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (data) => output.push(data));
  child.stderr.on('data', (data) => output.push(data));
  const timer = tty ? setInterval(() => process.stdout.write(`\r${label} … ${seconds()} s`), 500) : undefined;
  const status = await new Promise((resolve) => {
    child.on('error', (error) => {
      output.push(Buffer.from(String(error)));
      resolve(1);
    });
    child.on('close', resolve);
  });
  clearInterval(timer);
  if (status !== 0) {
    console.error(`${tty ? '\r' : ''}${label} … failed after ${seconds()} s; the end of its output:`);
    console.error(Buffer.concat(output).toString().trimEnd().split('\n').slice(-80).join('\n'));
    process.exit(1);
  }
  console.log(`${tty ? '\r' : ''}${label} … done in ${seconds()} s`);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Two compilations in one folder would spoil each other: the second waits. */
async function lock() {
  mkdirSync(buildFolder, { recursive: true });
  for (;;) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
      process.on('exit', () => rmSync(lockFile, { force: true }));
      for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const holder = existsSync(lockFile) ? Number(readFileSync(lockFile, 'utf8')) : 0;
      if (holder > 0 && !isAlive(holder)) rmSync(lockFile, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const stampFile = join(buildFolder, `.stamp${withTests ? '-tests' : ''}${withBench ? '-bench' : ''}`);
const isFresh = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === sourceStamp();
if (has('--if-stale') && isFresh()) process.exit(0);

checkTools();
await lock();
if (has('--if-stale') && isFresh()) process.exit(0);

const stamp = sourceStamp();
const onOff = (condition) => (condition ? 'ON' : 'OFF');
// Options are remembered by CMake: tests once asked for stay in the folder's build until it is deleted.
const configure = [
  '-S', native,
  '-B', buildFolder,
  `-DTIERGATE_ADDON=${onOff(!variant)}`,
  ...(withTests ? ['-DTIERGATE_TESTS=ON'] : []),
  ...(withBench ? ['-DTIERGATE_BENCH=ON'] : []),
  `-DTIERGATE_QUICK=${onOff(quick)}`,
  `-DTIERGATE_SANITIZE=${sanitize}`,
  `-DNODE_API_HEADERS=${join(root, 'node_modules', 'node-api-headers', 'include')}`,
  `-DNODE_ADDON_API=${join(root, 'node_modules', 'node-addon-api')}`,
  ...(cross ? [`-DCMAKE_TOOLCHAIN_FILE=${join(native, 'cmake', `${cross}.cmake`)}`] : []),
];
if (!existsSync(join(buildFolder, 'CMakeCache.txt')) && works('ninja')) configure.push('-G', 'Ninja');

const what = `native engine${variant ? ` (${variant})` : ''}`;
await step(`Configuring the ${what}`, 'cmake', configure);
// Every error at once.
const keepGoing = existsSync(join(buildFolder, 'build.ninja')) ? ['--', '-k', '0'] : ['--', '-k'];
const targets = target ? ['--target', target] : withTests || withBench || variant ? [] : ['--target', 'engine'];
await step(`Compiling the ${what}${target ? `: ${target}` : ''}`, 'cmake', ['--build', buildFolder, '--parallel', String(Math.max(1, cpus().length)), ...targets, ...keepGoing]);
if (!target) writeFileSync(stampFile, stamp);
