// clang-format over every C++ file that git knows; `--write` formats them.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { clangFormatPath } from 'clang-format-node';
import { packageRoot } from '../contract/built-file.ts';

const files = execFileSync(
  'git',
  ['ls-files', '-co', '--exclude-standard', '*.cpp', '*.h', '*.cu', '*.cuh'],
  {
    cwd: packageRoot,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((path) => path !== '' && !/(_tables?\.(h|cpp)|\.gen\.)/.test(path));
// The package's binary comes without its executable bit, which its install script would set.
const binary = clangFormatPath;
chmodSync(binary, 0o755);
const mode = process.argv.includes('--write') ? ['-i'] : ['--dry-run', '--Werror'];
const status =
  files.length === 0
    ? 0
    : spawnSync(binary, [...mode, ...files], { cwd: packageRoot, stdio: 'inherit' }).status;
process.exitCode = status ?? 1;
