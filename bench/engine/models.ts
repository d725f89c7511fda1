// The models that both engines run: small random ones of the test suite, and the trained ones of ../shared/data.
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import { type TinyGgufOptions, tinyModel } from '../../test/support/tiny-gguf.ts';

export interface ComparedModel {
  label: string;
  path: string;
  /** Of quantised random models: the same weights as F32. */
  exactPath?: string | undefined;
  isQuantised: boolean;
}

const folder = join(packageRoot, '..', 'shared', 'data', 'models', 'gguf');

/** llama.cpp's files of a trained model of 260,000 weights; none where the folder is absent. */
export const trainedModels = (): ComparedModel[] =>
  ['f32', 'F16', 'Q6_K', 'Q4_K_M']
    .map((type) => join(folder, `stories260K-${type}.gguf`))
    .filter((path) => existsSync(path))
    .map((path) => ({ label: basename(path, '.gguf'), path, isQuantised: path.includes('-Q') }));

const label = ({ architecture = 'llama', tensorType = 'F32', ...rest }: TinyGgufOptions): string =>
  [`tiny ${architecture}`, tensorType, rest.ropeScaling?.type, rest.tiedEmbeddings && 'tied', rest.tokenizer]
    .filter(Boolean)
    .join(' ');

const tensorTypes = ['F32', 'F16', 'Q8_0', 'Q4_0', 'Q4_K', 'Q5_K', 'Q6_K'] as const;

const options: TinyGgufOptions[] = [
  ...(['llama', 'qwen2', 'qwen3'] as const).flatMap((architecture) =>
    tensorTypes.map((tensorType) => ({ architecture, tensorType })),
  ),
  { architecture: 'llama', tensorType: 'F32', tokenizer: 'gpt2' },
  { architecture: 'qwen3', tensorType: 'F32', tiedEmbeddings: true },
  ...(['linear', 'yarn', 'llama3'] as const).map((type) => ({
    architecture: 'llama' as const,
    tensorType: 'F32' as const,
    ropeScaling: { type, factor: 4, originalContextLength: 64 },
  })),
  // Windows that the prompts and their answers outgrow several times.
  ...(['F32', 'F16', 'Q8_0', 'Q4_K'] as const).map((tensorType) => ({
    architecture: 'gemma3' as const,
    tensorType,
    layers: 7,
    window: 16,
    tokenizer: 'llama' as const,
    tiedEmbeddings: true,
  })),
  { architecture: 'qwen2', ropeScaling: { type: 'yarn', factor: 4, originalContextLength: 64 } },
];

/** Random weights: every architecture, tensor type and kind of rope scaling. */
export const tinyModels = (): ComparedModel[] =>
  options.map((each) => {
    const { tensorType = 'F32', ...rest } = each;
    const isQuantised = tensorType.startsWith('Q');
    const exactPath = isQuantised ? tinyModel({ ...rest, roundedTo: tensorType }) : undefined;
    return { label: label(each), path: tinyModel(each), exactPath, isQuantised };
  });

export const prompts = [
  'Once upon a time',
  'The little dog was very happy because',
  'Hello, world! 1 + 2 = 3',
  'Tom and Sam went to the park. They saw a big tree.\n\nTom said: "',
  'Über den Wolken, naïve café — 日本語 🙂 and then',
] as const;
