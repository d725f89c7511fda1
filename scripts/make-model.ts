// Writes GGUF files of random weights with the true shapes of published models, for the benchmarks.
//   npx tsx scripts/make-model.ts --shape qwen3-0.6b --format Q4_K_M[,Q8_0...] --folder FOLDER [--seed 1]
// makes FOLDER/qwen3-0.6b-Q4_K_M.gguf and so on; files that are there are kept. F16 holds bf16 numbers, as F16 files of
// published models do (they are trained in bf16); F16_FULL holds numbers that need all bits of f16.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { mixes } from '../bench/models/mixes.ts';
import { writeModel } from '../bench/models/model-file.ts';
import { shapes } from '../bench/models/shapes.ts';
import { scriptOptions } from '../bench/script-options.ts';

const usage =
  'usage: npx tsx scripts/make-model.ts --shape NAME --format NAME[,NAME...] --folder FOLDER [--seed N]\n' +
  `shapes: ${Object.keys(shapes).join(' ')}\nformats: ${Object.keys(mixes).join(' ')}`;

const values = scriptOptions(import.meta.url, {
  shape: { type: 'string' },
  format: { type: 'string' },
  folder: { type: 'string' },
  seed: { type: 'string', default: '1' },
});

const { shape, format, folder } = values;
const seed = Number(values.seed);
const formats = format?.split(',') ?? [];
const isValid =
  shape !== undefined && shape in shapes && formats.length > 0 && formats.every((name) => name in mixes);

if (!isValid || folder === undefined || !Number.isInteger(seed)) {
  console.error(usage);
  process.exitCode = 2;
} else {
  mkdirSync(folder, { recursive: true });
  for (const name of formats) {
    const path = join(folder, `${shape}-${name}.gguf`);
    if (existsSync(path)) {
      console.log(`${path} is there already`);
      continue;
    }
    const start = performance.now();
    let shown = -1;
    writeModel(path, shape, name, seed, (share) => {
      const percent = Math.floor(100 * share);
      if (!process.stdout.isTTY || percent === shown) return;
      shown = percent;
      process.stdout.write(`\r[${'#'.repeat(percent / 5).padEnd(20, '.')}] ${percent} % of ${path}`);
    });
    const mebibytes = statSync(path).size / 2 ** 20;
    const seconds = (performance.now() - start) / 1000;
    console.log(
      `${process.stdout.isTTY ? '\r' : ''}${path}: ${mebibytes.toFixed(0)} MiB in ${seconds.toFixed(1)} s`,
    );
  }
}
