// Random models of which llama.cpp's answers are recorded in test/fixtures/architectures (`npm run record:architectures`).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import { tinyEncoder } from './tiny-encoder.ts';
import { type TinyGgufOptions, tinyModel } from './tiny-gguf.ts';

export interface ReferenceModel {
  /** Of the recording: `qwen3moe-Q8_0`. */
  name: string;
  options: TinyGgufOptions;
}

const experts = { count: 8, used: 3, width: 256 };

const gptOss: TinyGgufOptions = {
  architecture: 'gpt-oss',
  experts,
  seed: 2,
  layers: 4,
  window: 16,
  ropeScaling: { type: 'yarn', factor: 32, originalContextLength: 64 },
};

const models: Record<string, TinyGgufOptions> = {
  'mixtral-F32': { architecture: 'llama', experts },
  'mixtral-Q8_0': { architecture: 'llama', experts, tensorType: 'Q8_0' },
  'qwen2moe-F32': { architecture: 'qwen2moe', experts },
  'qwen2moe-Q8_0': { architecture: 'qwen2moe', experts, tensorType: 'Q8_0' },
  'qwen3moe-F32': { architecture: 'qwen3moe', experts },
  'qwen3moe-Q8_0': { architecture: 'qwen3moe', experts, tensorType: 'Q8_0' },
  'qwen3moe-Q4_K': { architecture: 'qwen3moe', experts, tensorType: 'Q4_K', seed: 2 },
  'gpt-oss-F32': gptOss,
  'gpt-oss-MXFP4': { ...gptOss, tensorType: 'Q8_0', experts: { ...experts, tensorType: 'MXFP4' } },
};

// Logits as of an undecided model: what rounding moves them by is then little in nats, what an error does is not.
export const referenceModels: readonly ReferenceModel[] = Object.entries(models).map(([name, options]) => ({
  name,
  options: { ...options, logitScale: 1 },
}));

/** What the models are asked. */
export const referenceText = 'The little dog was very happy because it could hold its hat. Tom said: "';

export interface Recording {
  origin: string;
  /** Of the model's file: a generator that has changed needs new recordings. */
  sha256: string;
  ids: number[];
  /** After the last id; four decimals. */
  logits: number[];
}

export const recordingPath = (name: string): string =>
  join(packageRoot, 'test', 'fixtures', 'architectures', `${name}.json`);

export const recordingOf = <T = Recording>(name: string): T =>
  JSON.parse(readFileSync(recordingPath(name), 'utf8')) as T;

export const referencePath = ({ options }: ReferenceModel): string => tinyModel(options);

export interface ReferenceEncoder {
  name: string;
  path: string;
  pooling: 1 | 2;
}

export const referenceEncoders = (): ReferenceEncoder[] =>
  (
    [
      ['bert-F32', { architecture: 'bert', tensorType: 'F32', pooling: 2 }],
      ['bert-Q8_0', { architecture: 'bert', tensorType: 'Q8_0', pooling: 1 }],
      ['nomic-bert-F32', { architecture: 'nomic-bert', tensorType: 'F32', pooling: 1, isFused: true }],
      ['nomic-bert-Q8_0', { architecture: 'nomic-bert', tensorType: 'Q8_0', pooling: 2 }],
    ] as const
  ).map(([name, options]) => ({ name, path: tinyEncoder(options), pooling: options.pooling }));

export interface ReferenceRanker {
  name: string;
  path: string;
}

export const referenceRankers = (): ReferenceRanker[] => [
  { name: 'bert-rank', path: tinyEncoder({ architecture: 'bert', tensorType: 'F32', pooling: 4 }) },
  { name: 'qwen3-rank', path: tinyModel({ architecture: 'qwen3', tensorType: 'F32', isRanker: true }) },
];

export const referenceQuery = 'the dog';
export const referenceDocuments = ['a happy cat', 'the tree is in paris', 'the dog was happy'];

export interface EncoderRecording {
  origin: string;
  sha256: string;
  ids: number[];
  /** Of length 1; five decimals. */
  vector: number[];
}

export interface RankRecording {
  origin: string;
  sha256: string;
  /** Of referenceDocuments, 0 … 1. */
  scores: number[];
}
