// Constrained answers of a model with random weights parse and validate (ajv). 60 by default;
// `npm run conformance:generations` makes 1,000.
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NativeEngine } from '../../engine/binding.ts';
import { Model } from '../../engine/model.ts';
import { constrainedAnswer, SCHEMAS } from '../support/constrained-answers.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const COUNT = Number(process.env['TIERGATE_GENERATIONS'] ?? 60);
/** Plenty, and so few that many answers have to be brought to their end. */
const MOST_TOKENS = [600, 150];

let model: Model;
let engine: NativeEngine;

beforeAll(async () => {
  model = await Model.open(tinyModel({ contextLength: 1024 }));
  engine = model.createEngine({ threads: 1, contextTokens: 1024, kvTokens: 1024, batchTokens: 64 });
});
afterAll(() => {
  engine.close();
  model.close();
});

describe('answers held to a schema', () => {
  it(`are complete, parse and validate, ${COUNT} of them`, { timeout: 60_000 + COUNT * 1000 }, async () => {
    const ajv = new Ajv2020({ strict: false });
    formats.default(ajv);
    const validators = SCHEMAS.map((schema) => ajv.compile(schema));
    let cut = 0;
    for (let i = 0; i < COUNT; i++) {
      const which = i % SCHEMAS.length;
      const most = MOST_TOKENS[Math.floor(i / SCHEMAS.length) % MOST_TOKENS.length]!;
      const text = await constrainedAnswer(model, engine, SCHEMAS[which]!, BigInt(i), most);
      if (text === null) cut++;
      else expect(validators[which]!(JSON.parse(text)), `${text} for schema ${which}`).toBe(true);
    }
    console.log(
      `${COUNT} constrained answers: ${COUNT - cut} complete and valid, ${cut} cut at ${MOST_TOKENS.join(' or ')} tokens`,
    );
    expect(cut).toBe(0);
  });
});
