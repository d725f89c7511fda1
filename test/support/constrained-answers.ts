// Answers of a model with random weights, held to a schema: it never helps, so that what comes out is the grammar's alone.
import type { NativeEngine } from '../../engine/binding.ts';
import type { JsonSchema } from '../../engine/constraint.ts';
import type { Model } from '../../engine/model.ts';

/** Schemas of the kinds that applications send. */
export const SCHEMAS: JsonSchema[] = [
  {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 12 },
      age: { type: 'integer', minimum: 0, maximum: 130 },
      email: { type: 'string', pattern: '^[a-z]{1,8}@[a-z]{1,8}\\.(com|org)$' },
      tags: { type: 'array', items: { enum: ['a', 'b', 'c'] }, minItems: 1, maxItems: 3 },
    },
    required: ['name', 'age', 'tags'],
    additionalProperties: false,
  },
  {
    $defs: {
      node: {
        type: 'object',
        properties: {
          value: { type: 'number', exclusiveMinimum: -10, maximum: 99.5 },
          children: { type: 'array', items: { $ref: '#/$defs/node' }, maxItems: 2 },
        },
        required: ['value'],
        additionalProperties: false,
      },
    },
    $ref: '#/$defs/node',
  },
  {
    type: 'object',
    properties: {
      kind: { enum: ['circle', 'square'] },
      size: { type: 'integer', multipleOf: 5, maximum: 1000 },
    },
    required: ['kind', 'size'],
    additionalProperties: { type: 'boolean' },
    maxProperties: 4,
  },
  {
    type: 'array',
    items: { anyOf: [{ type: 'null' }, { const: 'x' }, { type: 'boolean' }] },
    minItems: 2,
    maxItems: 5,
  },
  {
    type: 'object',
    properties: {
      when: { type: 'string', format: 'date' },
      id: { type: 'string', format: 'uuid' },
      address: { type: 'string', format: 'ipv4' },
    },
    required: ['when', 'id', 'address'],
    additionalProperties: false,
  },
];

const decoder = new TextDecoder();

/** The whole text, or null when the grammar was not complete after `most` tokens, which the engine knows. */
export async function constrainedAnswer(
  model: Model,
  engine: NativeEngine,
  schema: JsonSchema,
  seed: bigint,
  most: number,
): Promise<string | null> {
  const session = engine.newSession();
  try {
    session.setSampler({ temperature: 1, seed });
    session.setGrammar(model.grammar({ kind: 'json_schema', schema }), most);
    let tokens = model.tokenize('answer', { special: true });
    const bytes: number[] = [];
    for (let i = 0; i < most; i++) {
      const [result] = await engine.step([{ session, tokens, sample: true, nTop: 0 }]);
      if (result!.error) throw new Error(result!.error);
      if (model.isEndOfGeneration(result!.token)) return decoder.decode(Uint8Array.from(bytes));
      bytes.push(...model.tokenBytes(result!.token));
      if (result!.complete) return decoder.decode(Uint8Array.from(bytes));
      tokens = Int32Array.of(result!.token);
    }
    return null;
  } finally {
    session.close();
  }
}
