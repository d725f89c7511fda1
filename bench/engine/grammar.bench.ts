// What constrained decoding costs: compiling a schema at its first use, and one mask at a vocabulary of 151,643 tokens
// (Qwen's), over the text of an answer; then of real schemas, each over its first valid instance. Needs the shared test
// data. `npm run bench:grammar [-- --every N]`: every N-th real schema, default 5
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import type { NativeModel } from '../../engine/binding.ts';
import { nativeAddon } from '../../engine/binding.ts';
import type { Constraint, JsonSchema } from '../../engine/constraint.ts';
import { compileConstraint } from '../../engine/grammar/compile.ts';
import { Rules } from '../../engine/grammar/form.ts';
import { SchemaCompiler } from '../../engine/grammar/json-schema/compile.ts';
import { orderedTexts } from '../../test/support/schema-order.ts';
import { rankFile } from '../../test/support/tiktoken-ranks.ts';
import { writeTinyGguf } from '../../test/support/tiny-gguf.ts';
import { scriptOptions } from '../script-options.ts';

const given = scriptOptions(import.meta.url, { every: { type: 'string', default: '5' } });

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
  [
    'text with tool calls',
    {
      kind: 'tagged',
      tags: [{ begin: '<tool_call>', content: { kind: 'json_schema', schema: person }, end: '</tool_call>' }],
      required: false,
      parallel: true,
    },
    'I look her up.\n<tool_call>{"name": "Ada", "age": 36}</tool_call>',
  ],
];

const vocabulary = join(packageRoot, '..', 'shared', 'data', 'vocab', 'qwen', 'qwen.tiktoken');
const quantile = (sorted: ArrayLike<number>, q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
const shown = (times: ArrayLike<number>): string =>
  `median ${quantile(times, 0.5).toFixed(1)}, p99 ${quantile(times, 0.99).toFixed(1)}, most ${quantile(times, 1).toFixed(1)}`;

interface RealSchema {
  name: string;
  schema: JsonSchema;
  tests: { data: unknown; valid: boolean }[];
}

function realSchemas(model: NativeModel, every: number): void {
  const path = join(packageRoot, '..', 'shared', 'data', 'json_schema', 'maskbench_sample.jsonl');
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const forms: { ms: number; name: string }[] = [];
  const [natives, masks]: number[][] = [[], []];
  let refused = 0;
  for (const line of lines.filter((_, i) => i % every === 0)) {
    const { name, schema, tests } = JSON.parse(line) as RealSchema;
    const begun = performance.now();
    try {
      const form = compileConstraint({ kind: 'json_schema', schema });
      const formed = performance.now();
      const grammar = model.compileGrammar(form);
      forms.push({ ms: formed - begun, name });
      natives!.push(performance.now() - formed);
      const instance = tests.find(({ valid }) => valid);
      if (!instance) continue;
      const { goals } = new SchemaCompiler(schema, new Rules());
      const text = orderedTexts(goals, [schema], instance.data).at(-1)!;
      masks!.push(...grammar.maskTimesUs(text));
    } catch {
      refused++;
    }
  }
  const byTime = (times: number[]) => Float64Array.from(times).sort();
  const slowest = forms.sort((a, b) => b.ms - a.ms).slice(0, 5);
  console.log(
    `${forms.length} real schemas (${refused} refused): form ${shown(byTime(forms.map(({ ms }) => ms)))} ms; ` +
      `native ${shown(byTime(natives!))} ms; ${masks!.length} masks, first time: ${shown(byTime(masks!))} us, ` +
      `${masks!.filter((us) => us > 50).length} above 50 us`,
  );
  console.log(`slowest forms: ${slowest.map(({ ms, name }) => `${name} ${ms.toFixed(0)} ms`).join(', ')}`);
}

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
      console.log(
        `${name}: compiled in ${(formed - first).toFixed(1)} + ${(compiled - formed).toFixed(1)} ms; ` +
          `${cold.length} masks, first time: ${shown(cold)}; again: ${shown(warm)}`,
      );
    }
    realSchemas(model, Number(given.every));
    model.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (existsSync(vocabulary)) await run();
else console.log(`skipped: ${vocabulary} is not there`);
