// Makes a fresh clone ready: installs npm packages, builds the native engine, compiles TypeScript. Does only what is
// missing or stale. Plain JavaScript without dependencies, because it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCE_FOLDERS = ['contract', 'router', 'policies', 'tiers', 'engine', 'store', 'hub'];

function fail(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}

function requireTool(command, args, hint) {
  if (spawnSync(command, args, { stdio: 'ignore' }).status !== 0) fail(hint);
}

/** Runs a command; resolves to its exit code and all of its output. */
async function run([command, args, env = {}]) {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  child.stdout.on('data', (data) => output.push(data));
  child.stderr.on('data', (data) => output.push(data));
  const status = await new Promise((resolve) => {
    child.on('error', (error) => {
      output.push(Buffer.from(String(error)));
      resolve(1);
    });
    child.on('close', resolve);
  });
  return { status, output };
}

/**
 * Runs commands side by side as one step with a line that counts its seconds; output is shown only of one that fails. Waits for all: a
 * compiler that was left running would spoil the next try.
 */
async function step(label, ...commands) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const tty = process.stdout.isTTY;
  const timer = tty ? setInterval(() => process.stdout.write(`\r${label} … ${seconds()} s`), 500) : undefined;
  if (!tty) console.log(`${label} …`);
  const results = await Promise.all(commands.map(run));
  clearInterval(timer);
  const failed = results.find(({ status }) => status !== 0);
  if (failed) {
    process.stdout.write(tty ? '\n' : '');
    console.error(Buffer.concat(failed.output).toString().split('\n').slice(-60).join('\n'));
    fail(`${label} failed (exit code ${failed.status}); the lines above are the end of its output`);
  }
  process.stdout.write(`${tty ? '\r' : ''}${label} … done in ${seconds()} s\n`);
}

/** A digest over names, sizes and times of source files: equal means nothing to compile. */
function sourceStamp() {
  const hash = createHash('sha256');
  const visit = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else if (/\.(ts|json)$/.test(entry.name)) {
        const { size, mtimeMs } = statSync(join(root, path));
        hash.update(`${path} ${size} ${mtimeMs}\n`);
      }
    }
  };
  for (const folder of SOURCE_FOLDERS) visit(folder);
  for (const file of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'])
    hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19))
  fail(`Node ${process.versions.node} is too old: install Node 20.19 or newer`);

const lock = readFileSync(join(root, 'package-lock.json'));
const lockDigest = createHash('sha256').update(lock).digest('hex');
const installStamp = join(root, 'node_modules', '.tiergate-install');
const needsInstall = read(installStamp) !== lockDigest;
const needsCompiler = needsInstall || !existsSync(join(root, 'native', 'build', 'tiergate.node'));

if (needsCompiler) {
  requireTool(
    'cmake',
    ['--version'],
    'cmake is missing: install it (Debian/Ubuntu: apt-get install cmake; macOS: brew install cmake)',
  );
  requireTool(
    process.env.CXX ?? 'c++',
    ['--version'],
    'a C++20 compiler is missing: install one (Debian/Ubuntu: apt-get install g++; macOS: xcode-select --install)',
  );
}
if (needsInstall) {
  // Not `npm ci`: it refuses a lock file that lacks packages for platforms whose files its maker could not reach.
  // Compiles better-sqlite3 here instead of asking for a prebuilt binary.
  // npm keeps one core busy for a minute: the kernels, half of the engine's compile time, need no package.
  await step(
    'Installing npm packages, compiling the kernels',
    [
      'npm',
      ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'],
      { npm_config_build_from_source: 'true' },
    ],
    [process.execPath, [join(root, 'native', 'build.mjs'), '--target=kernels']],
  );
  writeFileSync(installStamp, lockDigest);
}

const native = spawnSync(
  process.execPath,
  [
    join(root, 'native', 'build.mjs'),
    '--if-stale',
    ...(process.argv.includes('--native-tests') ? ['--tests'] : []),
  ],
  { stdio: 'inherit' },
);
if (native.status !== 0) process.exit(native.status ?? 1);

const buildStamp = join(root, 'dist', '.tiergate-build');
const sources = sourceStamp();
if (read(buildStamp) !== sources) {
  await step('Compiling TypeScript', [
    process.execPath,
    [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'],
  ]);
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(buildStamp, sources);
}
