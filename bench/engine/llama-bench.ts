// A llama-bench (llama.cpp's or ik_llama.cpp's) as a contender, with the llama-batched-bench beside it if there is one.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runChild } from './child.ts';
import { bareName, type Contender, type Test } from './measurement.ts';

interface Entry {
  n_prompt: number;
  n_gen: number;
  /** llama.cpp: tokens before. */
  n_depth?: number;
  avg_ts: number;
}

/** "decode after a prompt" is -d in llama.cpp and -gp in ik_llama.cpp. */
type Dialect = 'llama.cpp' | 'ik_llama.cpp';

function dialectOf(path: string): Dialect {
  const help = spawnSync(path, ['--help'], { encoding: 'utf8' });
  if (help.error) throw new Error(`${path} does not run: ${help.error.message}`);
  return `${help.stdout}${help.stderr}`.includes('-gp <') ? 'ik_llama.cpp' : 'llama.cpp';
}

function decodeArgs(dialect: Dialect, tests: readonly Test[]): string[] {
  if (dialect === 'llama.cpp')
    return ['-n', `${tests[0]?.nTokens}`, '-d', tests.map(({ depth }) => depth).join()];
  const deep = tests.filter(({ depth }) => depth > 0);
  const shallow = tests.some(({ depth }) => depth === 0) ? tests[0]?.nTokens : 0;
  return ['-n', `${shallow}`, ...deep.flatMap(({ depth, nTokens }) => ['-gp', `${depth},${nTokens}`])];
}

function nameOf({ n_prompt, n_gen, n_depth = 0 }: Entry): string {
  return n_gen === 0 ? `pp${n_prompt}` : `tg${n_gen}@${n_depth || n_prompt}`;
}

/** Rows (ik_llama.cpp has them in its log) "| PP | TG | B | N_KV | T_PP s | S_PP t/s | T_TG s | S_TG t/s | ...": B and S_TG. */
function batchRows(output: string): Map<number, number> {
  const rows = output.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => Number(cell)),
  );
  return new Map(
    rows
      .filter((cells) => cells.length >= 8 && cells.every(Number.isFinite))
      .map((cells) => [cells[2] ?? 0, cells[7] ?? Number.NaN]),
  );
}

/** @throws {Error} when the program does not run. */
export function llamaBench(path: string, model: string): Contender {
  const dialect = dialectOf(path);
  const batched = join(dirname(path), basename(path).replace('llama-bench', 'llama-batched-bench'));
  const common = (nThreads: number): string[] => ['-m', model, '-t', `${nThreads}`];
  const bench = async (nThreads: number, args: readonly string[]): Promise<Map<string, number>> => {
    const { stdout } = await runChild(path, [...common(nThreads), '-r', '1', '-o', 'json', ...args]);
    return new Map((JSON.parse(stdout) as Entry[]).map((entry) => [nameOf(entry), entry.avg_ts]));
  };
  const batch = async (nThreads: number, tests: readonly Test[]): Promise<Map<string, number>> => {
    const [first] = tests;
    if (!first || !existsSync(batched)) return new Map();
    const length = Math.max(...tests.map(({ nSequences, nTokens, depth }) => nSequences * (nTokens + depth)));
    const { stdout, stderr } = await runChild(batched, [
      ...common(nThreads),
      '-c',
      `${Math.ceil(length / 256) * 256 + 256}`,
      '-npp',
      `${first.depth}`,
      '-ntg',
      `${first.nTokens}`,
      '-npl',
      tests.map(({ nSequences }) => nSequences).join(),
    ]);
    const rates = batchRows(`${stdout}\n${stderr}`);
    return new Map(tests.map((test) => [bareName(test), rates.get(test.nSequences) ?? Number.NaN]));
  };
  return {
    name: dialect,
    starts: [
      {
        name: dialect,
        program: path,
        args: (nThreads) => [
          ...common(nThreads),
          ...['-p', '8', '-n', '0', '-r', '1'],
          ...(dialect === 'llama.cpp' ? ['--no-warmup'] : ['-w', '0']),
        ],
      },
    ],
    async measure(tests, nThreads) {
      const [first] = tests;
      if (first?.kind === 'batch') return batch(nThreads, tests);
      if (first?.kind === 'decode') return bench(nThreads, ['-p', '0', ...decodeArgs(dialect, tests)]);
      return bench(nThreads, ['-p', tests.map(({ nTokens }) => nTokens).join(), '-n', '0']);
    },
  };
}
