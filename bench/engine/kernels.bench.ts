// Every product kernel beside what one core of this machine can do, medians of interleaved rounds.
//   npm run bench:kernels -- [--isa avx2] [--type Q4_K] [--rounds 5] [--json FILE]
import { writeFileSync } from 'node:fs';
import { scriptOptions } from '../script-options.ts';
import { runChild } from './child.ts';
import { groupBy, median } from './measurement.ts';
import { nativeProgram } from './ours.ts';
import { cpuName, measurePeaks, type Peaks } from './roofline.ts';

const given = scriptOptions(import.meta.url, {
  isa: { type: 'string', default: '' },
  type: { type: 'string', default: '' },
  rounds: { type: 'string', default: '5' },
  json: { type: 'string' },
});

interface Line {
  isa: string;
  type: string;
  /** Of packed memory, a weight. */
  bits: number;
  memory_gbs: number;
  cache_gbs: number;
  prefill_gops: number;
}

/** The peak that a kernel's products can reach: int8 for block types, else that of the float format. */
function productPeak({ isa, type }: Line, peaks: Peaks): number {
  const width = isa.startsWith('avx512') ? '512' : '256';
  const format =
    type === 'F32' ? 'f32' : !type.endsWith('16') ? 'int8' : isa.includes('bf16') ? 'bf16' : 'f32';
  // Without an instruction for dot products: what the products of pairs allow.
  return (
    peaks[`${format}_${width}_gops`] || peaks[`${format}_pairs_gops`] || peaks['f32_plain_gops'] || Number.NaN
  );
}

const lines: Line[] = [];
const allPeaks: Peaks[] = [];
const rounds = Number(given.rounds);
for (let round = 0; round < rounds; round++) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[Kround ${round + 1} of ${rounds}`);
  allPeaks.push(await measurePeaks(1));
  const { stdout } = await runChild(nativeProgram('kernels_bench'), [given.isa, given.type]);
  for (const line of stdout.split('\n')) if (line) lines.push(JSON.parse(line) as Line);
}

const peaks: Peaks = Object.fromEntries(
  Object.keys(allPeaks[0] ?? {}).map((key) => [key, median(allPeaks.map((each) => each[key] ?? Number.NaN))]),
);
const rows = groupBy(lines, ({ isa, type }) => `${isa} ${type}`).flatMap((group) => {
  const [first] = group;
  if (!first) return [];
  const of = (key: 'memory_gbs' | 'cache_gbs' | 'prefill_gops') => median(group.map((line) => line[key]));
  const row = {
    ...first,
    memory_gbs: of('memory_gbs'),
    cache_gbs: of('cache_gbs'),
    prefill_gops: of('prefill_gops'),
  };
  return [
    {
      ...row,
      ofMemory: row.memory_gbs / (peaks['dram_gbs'] ?? Number.NaN),
      ofCache: row.cache_gbs / (peaks['l2_gbs'] ?? Number.NaN),
      ofProducts: row.prefill_gops / productPeak(row, peaks),
    },
  ];
});

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`.padStart(6);
console.log(
  `\none core: ${Object.entries(peaks)
    .filter(([key]) => key !== 'threads')
    .map(([key, value]) => `${key} ${value.toFixed(0)}`)
    .join(', ')}`,
);
console.log('instructions type     bits   one token GB/s: memory        L2     512 tokens Gop/s');
for (const { isa, type, bits, memory_gbs, cache_gbs, prefill_gops, ofMemory, ofCache, ofProducts } of rows)
  console.log(
    `${isa.padEnd(12)} ${type.padEnd(7)} ${bits.toFixed(2).padStart(5)} ${memory_gbs.toFixed(1).padStart(15)} ${percent(ofMemory)} ` +
      `${cache_gbs.toFixed(1).padStart(7)} ${percent(ofCache)} ${prefill_gops.toFixed(1).padStart(9)} ${percent(ofProducts)}`,
  );
if (given.json)
  writeFileSync(
    given.json,
    `${JSON.stringify({ date: new Date().toISOString(), cpu: cpuName(), rounds, peaks, rows }, null, 2)}\n`,
  );
