// The whole way from nothing to a GGUF file. Steps whose output is there are not done again; training goes on from its checkpoint.
//   npm run train:nano -- --setting tiny|cpu|gpu [--work FOLDER] [--workers N] [--budget SECONDS] [--after FOLDER] [--ship]
// --after: goes on from the run of that working folder, with its tokenizer and from its last checkpoint.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../contract/built-file.ts';
import { convertModel } from '../../engine/convert/convert.ts';
import { quantizeFile } from '../../engine/quantize/quantize.ts';
import { BOX_MODEL } from '../../engine/store/places/in-the-box.ts';

const HERE = join(packageRoot, 'models', 'training');
/** Of the shipped file: every type below F16 that eval:nano found as good as F16, the fastest of them. */
const SHIPPED_TYPE = 'Q8_0';
/** Highest share of the learning rates in a run that goes on from another. */
const PEAK_AFTER = '0.6';

/** A Python that has PyTorch and numpy: `PYTHON`, else Debian's, else the one on the PATH; null where none has. */
export function pythonWithTorch(): string | null {
  python ??= { found: findPython() };
  return python.found;
}

/** Looked for once: PyTorch takes seconds to load. */
let python: { found: string | null } | undefined;

function findPython(): string | null {
  const candidates = [process.env['PYTHON'], '/usr/bin/python3', 'python3'].filter(
    (each) => each !== undefined,
  );
  const has = (python: string): boolean =>
    spawnSync(python, ['-c', 'import torch, numpy'], { stdio: 'ignore' }).status === 0;
  return candidates.find(has) ?? null;
}

interface PipelineOptions {
  setting: string;
  work: string;
  workers?: string | undefined;
  budget?: string | undefined;
  after?: string | undefined;
  ship?: boolean | undefined;
}

function run(command: string, args: string[]): void {
  console.log(`> ${[command, ...args].join(' ')}`);
  const { status } = spawnSync(command, args, { cwd: HERE, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.slice(0, 2).join(' ')} failed (exit code ${status})`);
}

async function converted(folder: string, out: string, type: 'F32' | 'F16'): Promise<void> {
  rmSync(out, { force: true });
  await convertModel(folder, out, { type, name: 'tiergate-nano' });
}

/** Makes WORK/f32.gguf, f16.gguf, q8_0.gguf, untrained.gguf and the shipped file. */
export async function runPipeline({
  setting,
  work,
  workers,
  budget,
  after,
  ship,
}: PipelineOptions): Promise<void> {
  const python = pythonWithTorch();
  if (python === null)
    throw new Error(
      'no Python with PyTorch and numpy: apt-get install python3-torch python3-numpy, or set PYTHON',
    );
  mkdirSync(work, { recursive: true });
  const lists = join(work, 'lists.json');
  const at = ['--setting', setting, '--work', work];
  if (!existsSync(lists)) run(process.execPath, ['--import', 'tsx', join(HERE, 'lists.ts'), lists]);
  if (!existsSync(join(work, 'built')))
    run(python, [
      ...['-m', 'nano.build', ...at, '--lists', lists],
      ...(after === undefined ? [] : ['--tokenizer', join(after, 'hf')]),
    ]);
  if (!existsSync(join(work, 'weights.pt')))
    run(python, [
      ...['-m', 'nano.train', ...at],
      ...(workers === undefined ? [] : ['--workers', workers]),
      ...(budget === undefined ? [] : ['--budget', budget]),
      ...(after === undefined ? [] : ['--after', join(after, 'checkpoint.pt'), '--peak', PEAK_AFTER]),
    ]);
  run(python, ['-m', 'nano.export', ...at]);
  run(python, ['-m', 'nano.export', ...at, '--untrained']);
  await converted(join(work, 'hf'), join(work, 'f32.gguf'), 'F32');
  await converted(join(work, 'hf'), join(work, 'f16.gguf'), 'F16');
  await converted(join(work, 'untrained'), join(work, 'untrained.gguf'), 'F32');
  for (const type of ['Q8_0', 'Q6_K', 'Q4_K_M'] as const) {
    const out = join(work, `${type.toLowerCase()}.gguf`);
    rmSync(out, { force: true });
    await quantizeFile(join(work, 'f32.gguf'), out, { fileType: type, overrides: [], threads: 0 });
  }
  if (ship) copyFileSync(join(work, `${SHIPPED_TYPE.toLowerCase()}.gguf`), BOX_MODEL);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      setting: { type: 'string', default: 'tiny' },
      work: { type: 'string' },
      workers: { type: 'string' },
      budget: { type: 'string' },
      after: { type: 'string' },
      ship: { type: 'boolean' },
    },
  });
  const work = resolve(values.work ?? join(packageRoot, 'models', 'work', values.setting));
  const after = values.after === undefined ? undefined : resolve(values.after);
  await runPipeline({ ...values, work, after });
}

if (process.argv[1]?.endsWith('pipeline.ts')) await main();
