// A file is one room: prints total, median and the ten longest files; fails over 500 lines.
// Generated files, tables of data and fixtures are exempt.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../contract/built-file.ts';

const HARD_CEILING = 500;
const SOURCE = /\.(ts|mjs|cpp|h|cu)$/;
const EXEMPT = /(\.gen\.|_tables?\.(h|cpp|ts)$|test\/fixtures\/|migrations\/)/;

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: packageRoot,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => SOURCE.test(path) && !EXEMPT.test(path));
const sizes = files
  .map((path) => ({ path, lines: readFileSync(join(packageRoot, path), 'utf8').split('\n').length - 1 }))
  .sort((a, b) => b.lines - a.lines);

const total = sizes.reduce((sum, file) => sum + file.lines, 0);
const median = sizes[Math.floor(sizes.length / 2)]?.lines ?? 0;
console.log(`${sizes.length} files, ${total} lines, median ${median}`);
for (const { path, lines } of sizes.slice(0, 10)) console.log(`${String(lines).padStart(5)}  ${path}`);
const over = sizes.filter((file) => file.lines > HARD_CEILING);
for (const { path, lines } of over)
  console.error(`${path}: ${lines} lines, the ceiling is ${HARD_CEILING}: split it`);
process.exitCode = over.length > 0 ? 1 : 0;
