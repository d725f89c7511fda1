// Our engine as a contender: bench/native/engine_bench.cpp, without HTTP and JavaScript.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import { runChild } from './child.ts';
import { bareName, type Contender } from './measurement.ts';

/** A program of bench/native. @throws {Error} when it is not built. */
export function nativeProgram(name: string): string {
  const path = join(packageRoot, 'native', 'build', name);
  if (!existsSync(path)) throw new Error(`${path} is missing: run node native/build.mjs --bench`);
  return path;
}

interface Line {
  test?: string;
  tokens?: number;
  seconds?: number;
}

/** `isa` "" is the best of this CPU. */
export function ourEngine(model: string, isa: string): Contender {
  const program = nativeProgram('engine_bench');
  const args = (nThreads: number): string[] => [
    model,
    '--threads',
    `${nThreads}`,
    ...(isa === '' ? [] : ['--isa', isa]),
  ];
  const name = isa === '' ? 'ours' : `ours ${isa}`;
  const first = ['--no-warm', 'pp8'];
  const packed = (folder: string): string => join(folder, `${isa}.tgpacked`);
  return {
    name,
    starts: [
      { name, program, args: (nThreads) => [...args(nThreads), ...first] },
      {
        name: `${name}, packed before`,
        program,
        args: (nThreads, folder) => [...args(nThreads), '--packed-cache', packed(folder), ...first],
      },
    ],
    async measure(tests, nThreads) {
      const { stdout } = await runChild(program, [...args(nThreads), ...tests.map(bareName)]);
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Line);
      return new Map(
        lines.flatMap(({ test, tokens = 0, seconds = 0 }) => (test ? [[test, tokens / seconds]] : [])),
      );
    },
  };
}
