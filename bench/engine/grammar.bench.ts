// What constrained decoding costs: compiling a schema at its first use, and one mask at a vocabulary of 151,643 tokens
// (Qwen's), over the text of an answer. Needs the shared test data. `npm run bench:grammar`
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import { nativeAddon } from '../../engine/binding.ts';
import type { Constraint } from '../../engine/constraint.ts';
import { compileConstraint } from '../../engine/grammar/compile.ts';
import { rankFile } from '../../test/support/tiktoken-ranks.ts';
import { writeTinyGguf } from '../../test/support/tiny-gguf.ts';

const address = {
  type: 'object',
  properties: { street: { type: 'string' }, city: { type: 'string' } },
  required: ['street'],
  additionalProperties: false,
};
const person = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    age: { type: 'integer', minimum: 0, maximum: 130 },
    email: { type: 'string', maxLength: 60 },
    tags: { type: 'array', items: { enum: ['red', 'green', 'blue'] }, maxItems: 5 },
    address,
  },
  required: ['name', 'age'],
  additionalProperties: false,
};
const free = {
  name: 'Ada "the first" Lovelace',
  notes: [1, 2.5, -3e7, null, true, { x: 'Grüße aus Zürich' }],
};

const cases: [name: string, constraint: Constraint, text: string][] = [
  ['any JSON object', { kind: 'json' }, JSON.stringify(free)],
  [
    'JSON schema, 7 fields',
    { kind: 'json_schema', schema: person },
    '{"name": "Ada Lovelace", "age": 36, "email": "ada@example.org", "tags": ["red", "blue"], "address": {"street": "St James"}}',
  ],
  ['regex', { kind: 'regex', pattern: '[A-Z]{2}\\d{2} ?(\\d{4} ?){3,6}' }, 'DE89 3704 0044 0532 0130 '],
  ['JSON schema, open object', { kind: 'json_schema', schema: { type: 'object' } }, JSON.stringify(free)],
];

const vocabulary = join(packageRoot, '..', 'shared', 'data', 'vocab', 'qwen', 'qwen.tiktoken');
const quantile = (sorted: Float64Array, q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;

async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tiergate-grammar-'));
  try {
    const { metadata } = rankFile('qwen2', vocabulary, ['<|endoftext|>', '<|im_start|>', '<|im_end|>']);
    const { 'general.architecture': _, ...tokenizer } = metadata;
    const listed = <T>(key: string): T[] => (tokenizer[key] as unknown as { values: T[] }).values;
    const path = join(folder, 'qwen.gguf');
    writeTinyGguf(path, {
      architecture: 'qwen2',
      tensorType: 'Q4_0',
      layers: 1,
      vocabulary: {
        tokens: listed<string>('tokenizer.ggml.tokens'),
        types: listed<number>('tokenizer.ggml.token_type'),
        metadata: tokenizer,
      },
    });
    const model = await nativeAddon().openModel(path, '');
    console.log(`vocabulary of ${model.info().nVocab} tokens; times of one mask in microseconds`);
    // The vocabulary's tree is made once, with the first grammar.
    const begun = performance.now();
    model.compileGrammar(compileConstraint({ kind: 'literal', text: 'x' }));
    console.log(`tree of the vocabulary: ${(performance.now() - begun).toFixed(0)} ms, once`);
    for (const [name, constraint, text] of cases) {
      const first = performance.now();
      const form = compileConstraint(constraint);
      const formed = performance.now();
      const grammar = model.compileGrammar(form);
      const compiled = performance.now();
      const cold = grammar.maskTimesUs(text).sort();
      const warm = grammar.maskTimesUs(text).sort();
      const shown = (times: Float64Array) =>
        `median ${quantile(times, 0.5).toFixed(1)}, p99 ${quantile(times, 0.99).toFixed(1)}, most ${times.at(-1)!.toFixed(1)}`;
      console.log(
        `${name}: compiled in ${(formed - first).toFixed(1)} + ${(compiled - formed).toFixed(1)} ms; ` +
          `${cold.length} masks, first time: ${shown(cold)}; again: ${shown(warm)}`,
      );
    }
    model.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (existsSync(vocabulary)) await run();
else console.log(`skipped: ${vocabulary} is not there`);
