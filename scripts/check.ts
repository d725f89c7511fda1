// `npm run check`: every static check, each with one line; the output of a failing one is shown.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../contract/built-file.ts';

const bin = (name: string): string => join(packageRoot, 'node_modules', '.bin', name);

const CHECKS: [label: string, command: string, ...args: string[]][] = [
  ['registries', bin('tsx'), 'scripts/generate-registries.ts', '--check'],
  [
    'lint and format',
    bin('biome'),
    'ci',
    '--colors=off',
    '--diagnostic-level=warn',
    '--max-diagnostics=40',
    '.',
  ],
  ['types', bin('tsc'), '--noEmit', '-p', 'tsconfig.json'],
  [
    'dependency arrows',
    bin('depcruise'),
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err',
    'contract',
    'policies',
    'store',
    'engine',
    'tiers',
    'router',
    'hub',
  ],
  ['dead code', bin('knip'), '--no-progress'],
  ['file sizes', bin('tsx'), 'scripts/check-size.ts'],
  ['C++ format', bin('tsx'), 'scripts/check-cpp-format.ts'],
];

let failed = 0;
for (const [label, command, ...args] of CHECKS) {
  const result = spawnSync(command, args, { cwd: packageRoot, encoding: 'utf8' });
  const ok = result.status === 0;
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${label}`);
  if (!ok) console.log(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`);
  failed += ok ? 0 : 1;
}
console.log(`${CHECKS.length - failed} of ${CHECKS.length} checks passed`);
process.exitCode = failed > 0 ? 1 : 0;
