// Random models of which llama.cpp's answers are recorded in test/fixtures/architectures (`npm run record:architectures`).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import { type TinyGgufOptions, tinyModel } from './tiny-gguf.ts';

export interface ReferenceModel {
  /** Of the recording: `qwen3moe-Q8_0`. */
  name: string;
  options: TinyGgufOptions;
}

const experts = { count: 8, used: 3, width: 256 };

export const referenceModels: readonly ReferenceModel[] = (
  [
    ['mixtral', { architecture: 'llama', experts }],
    ['qwen2moe', { architecture: 'qwen2moe', experts }],
    ['qwen3moe', { architecture: 'qwen3moe', experts }],
  ] satisfies [string, TinyGgufOptions][]
).flatMap(([name, options]) =>
  (['F32', 'Q8_0'] as const).map((tensorType) => ({
    name: `${name}-${tensorType}`,
    // Logits as of an undecided model: what rounding moves them by is then little in nats, what an error does is not.
    options: { ...options, tensorType, logitScale: 1 },
  })),
);

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

export const recordingOf = (name: string): Recording => JSON.parse(readFileSync(recordingPath(name), 'utf8'));

export const referencePath = ({ options }: ReferenceModel): string => tinyModel(options);
