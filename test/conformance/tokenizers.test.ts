// Token ids against recorded outputs of other implementations: llama.cpp (.out files and tokenize_expected), llama2.c.
// The vocabularies go through a GGUF file and the C++ tokenizers, as in the product.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';
import { type GgufFile, writeGguf } from '../support/gguf-writer.ts';
import { gpt2File, rankFile } from '../support/tiktoken-ranks.ts';

const data = join(packageRoot, '..', 'shared', 'data');
const vocabularies = join(data, 'vocab');
const ggml = join(vocabularies, 'ggml-vocab');
const present = existsSync(vocabularies);
const tool = join(packageRoot, 'native', 'build', 'tokenizer_fuzz');
const made = present ? mkdtempSync(join(tmpdir(), 'tiergate-vocabularies-')) : '';

interface Sample {
  text: string;
  ids: number[];
}

/** llama.cpp's own test files: texts between marker lines, ids line by line. */
function ggmlSamples(name: string): Sample[] {
  const texts = readFileSync(join(ggml, `ggml-vocab-${name}.gguf.inp`), 'utf8').split(
    '\n__ggml_vocab_test__\n',
  );
  const lines = readFileSync(join(ggml, `ggml-vocab-${name}.gguf.out`), 'utf8').split('\n');
  return texts.map((text, i) => ({ text, ids: (lines[i] ?? '').split(' ').filter(Boolean).map(Number) }));
}

const expectedSamples = (name: string): Sample[] =>
  JSON.parse(readFileSync(join(vocabularies, 'tokenize_expected', `${name}.json`), 'utf8')) as Sample[];

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');

function encode(path: string, samples: readonly Sample[], command = 'encode'): number[][] {
  const input = samples.map(({ text }) => `${escaped(text)}\n`).join('');
  const { stdout, stderr, status } = spawnSync(tool, [command, path], {
    input,
    maxBuffer: 1 << 26,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tokenizer_fuzz ended with ${status}: ${stderr}`);
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' ').filter(Boolean).map(Number));
}

function check(path: string, samples: readonly Sample[], command?: string): void {
  expect(samples.length).toBeGreaterThan(0);
  const ids = encode(path, samples, command);
  expect(samples.map(({ text }, i) => ({ text, ids: ids[i] }))).toEqual(
    samples.map(({ text, ids }) => ({ text, ids })),
  );
}

function vocabularyFile(name: string, make: () => GgufFile): string {
  const path = join(made, `${name}.gguf`);
  if (!existsSync(path)) writeGguf(path, make());
  return path;
}

const control = (count: number): string[] => Array.from({ length: count }, (_, i) => `<|reserved_${i}|>`);
// Vocabularies that come in other containers than GGUF.
const converted: Record<string, () => string> = {
  'llama-bpe': () =>
    vocabularyFile('llama-bpe', () =>
      rankFile('llama-bpe', join(vocabularies, 'llama3', 'tokenizer.model'), control(256)),
    ),
  qwen2: () =>
    vocabularyFile('qwen2', () => rankFile('qwen2', join(vocabularies, 'qwen', 'qwen.tiktoken'), control(3))),
  'deepseek-r1-qwen': () =>
    vocabularyFile('deepseek-r1-qwen', () =>
      rankFile('deepseek-r1-qwen', join(vocabularies, 'qwen', 'qwen.tiktoken'), control(3)),
    ),
};
const unavailable: Record<string, string> = {
  chameleon: 'its vocabulary is not in ../shared/data',
  'roberta-bpe': 'its vocabulary is not in ../shared/data',
};

const names = (folder: string, pattern: RegExp): string[] =>
  present ? readdirSync(join(vocabularies, folder)).flatMap((file) => pattern.exec(file)?.[1] ?? []) : [];

describe.skipIf(!present)('tokenizers (skipped where ../shared/data is absent)', () => {
  beforeAll(() => {
    const build = [
      join(packageRoot, 'native', 'build.mjs'),
      '--tests',
      '--if-stale',
      '--target=tokenizer_fuzz',
    ];
    execFileSync(process.execPath, build, { stdio: ['ignore', 'ignore', 'inherit'] });
  }, 300_000);
  afterAll(() => rmSync(made, { recursive: true, force: true }));

  for (const name of names('ggml-vocab', /^ggml-vocab-(.*)\.gguf\.inp$/)) {
    const reason = unavailable[name];
    it.skipIf(reason)(`${name}: llama.cpp's vocabulary test${reason ? ` (skipped: ${reason})` : ''}`, () => {
      check(converted[name]?.() ?? join(ggml, `ggml-vocab-${name}.gguf`), ggmlSamples(name));
    });
  }

  it.each(names('tokenize_expected', /^(.*)\.json$/))('%s: lines of real text', (name) => {
    check(join(ggml, `ggml-vocab-${name}.gguf`), expectedSamples(name));
  });

  it('GPT-2 from vocab.json and merges.txt', () => {
    const folder = join(vocabularies, 'gpt2');
    const path = vocabularyFile('gpt2', () =>
      gpt2File(join(folder, 'gpt2_vocab.json'), join(folder, 'gpt2_merges.txt')),
    );
    check(path, [...ggmlSamples('gpt-2'), ...expectedSamples('gpt-2')]);
  });

  it('Llama 2 with BOS, as llama2.c encodes', () => {
    const cases = JSON.parse(
      readFileSync(join(vocabularies, 'llama2', 'llama2c.encode.expected.json'), 'utf8'),
    ) as {
      text: string;
      tokens: number[];
    }[];
    const samples = cases.map(({ text, tokens }) => ({ text, ids: tokens }));
    check(join(ggml, 'ggml-vocab-llama-spm.gguf'), samples, 'encode-special');
  });

  it('the prompts of the stories260K oracle', () => {
    const oracle = join(data, 'models', 'oracle', 'stories260K-f32.llamacpp.json');
    const cases = JSON.parse(readFileSync(oracle, 'utf8')) as { prompt: string; ids: number[] }[];
    const samples = cases.map(({ prompt, ids }) => ({ text: prompt, ids }));
    check(join(data, 'models', 'gguf', 'stories260K-f32.gguf'), samples, 'encode-special');
  });
});
