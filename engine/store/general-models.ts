// The models that `tiergate init` offers for general work, best first: one file of each, from its makers' own repository.
// Sizes are those of the files; shapes are what a file's first keys say (config.json of each model). To offer another, add a row.
import { type Estimate, estimate, type Machine } from './choose.ts';
import type { GgufHead } from './gguf-head.ts';

interface Row {
  repo: string;
  quantisation: string;
  bytes: number;
  licence: string;
  architecture: 'qwen3' | 'qwen3moe';
  layers: number;
  width: number;
  heads: number;
  kvHeads: number;
  /** Of a head, in numbers. */
  keyLength: number;
  contextTokens: number;
  experts?: { all: number; used: number };
}

const QWEN3 = {
  licence: 'Apache-2.0',
  architecture: 'qwen3',
  kvHeads: 8,
  keyLength: 128,
  contextTokens: 40_960,
} as const;

const ROWS: readonly Row[] = [
  {
    ...QWEN3,
    repo: 'Qwen/Qwen3-32B-GGUF',
    quantisation: 'Q4_K_M',
    bytes: 19_762_149_024,
    layers: 64,
    width: 5120,
    heads: 64,
  },
  {
    ...QWEN3,
    repo: 'Qwen/Qwen3-30B-A3B-GGUF',
    quantisation: 'Q4_K_M',
    bytes: 18_556_685_824,
    layers: 48,
    width: 2048,
    heads: 32,
    kvHeads: 4,
    architecture: 'qwen3moe',
    experts: { all: 128, used: 8 },
  },
  {
    ...QWEN3,
    repo: 'Qwen/Qwen3-14B-GGUF',
    quantisation: 'Q4_K_M',
    bytes: 9_001_752_960,
    layers: 40,
    width: 5120,
    heads: 40,
  },
  {
    ...QWEN3,
    repo: 'Qwen/Qwen3-8B-GGUF',
    quantisation: 'Q4_K_M',
    bytes: 5_027_783_488,
    layers: 36,
    width: 4096,
    heads: 32,
  },
  {
    ...QWEN3,
    repo: 'Qwen/Qwen3-4B-GGUF',
    quantisation: 'Q4_K_M',
    bytes: 2_497_280_256,
    layers: 36,
    width: 2560,
    heads: 32,
  },
  {
    ...QWEN3,
    repo: 'Qwen/Qwen3-1.7B-GGUF',
    quantisation: 'Q8_0',
    bytes: 1_834_426_016,
    layers: 28,
    width: 2048,
    heads: 16,
  },
  {
    ...QWEN3,
    repo: 'Qwen/Qwen3-0.6B-GGUF',
    quantisation: 'Q8_0',
    bytes: 639_446_688,
    layers: 28,
    width: 1024,
    heads: 16,
  },
];

function headOf(row: Row): GgufHead {
  const { architecture: name } = row;
  return new Map<string, number | string>([
    ['general.architecture', name],
    [`${name}.block_count`, row.layers],
    [`${name}.embedding_length`, row.width],
    [`${name}.attention.head_count`, row.heads],
    [`${name}.attention.head_count_kv`, row.kvHeads],
    [`${name}.attention.key_length`, row.keyLength],
    [`${name}.attention.value_length`, row.keyLength],
    [`${name}.context_length`, row.contextTokens],
    ...(row.experts === undefined
      ? []
      : ([
          [`${name}.expert_count`, row.experts.all],
          [`${name}.expert_used_count`, row.experts.used],
        ] as const)),
  ]);
}

export interface GeneralModel extends Estimate {
  /** `hf:ORG/REPO:QUANT` */
  name: string;
  /** Short, for a target's id: `qwen3-4b`. */
  short: string;
  bytes: number;
  licence: string;
}

/** All of them, best first, with what they ask of this machine. */
export const generalModels = (machine: Machine): GeneralModel[] =>
  ROWS.map((row) => ({
    name: `hf:${row.repo}:${row.quantisation}`,
    short: shortName(row.repo),
    bytes: row.bytes,
    licence: row.licence,
    ...estimate(row.bytes, headOf(row), machine),
  }));

/** `qwen3-4b` of `Qwen/Qwen3-4B-GGUF` */
export const shortName = (repo: string): string =>
  repo
    .replace(/^.*\//, '')
    .replace(/-gguf$/i, '')
    .toLowerCase();

/** The best that fits and is fast enough; where none is fast, the smallest that fits; null: none fits. */
export function bestFor(models: readonly GeneralModel[]): GeneralModel | null {
  const fits = models.filter((model) => model.fits);
  return fits.find(({ isFast }) => isFast) ?? fits.at(-1) ?? null;
}
