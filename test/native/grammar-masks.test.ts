// Masks are put together from pieces and from what is known of plain characters; here each is compared with what comes of
// reading every token's bytes by itself.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NativeModel, nativeAddon } from '../../engine/binding.ts';
import type { Constraint, JsonSchema } from '../../engine/constraint.ts';
import { compileConstraint } from '../../engine/grammar/compile.ts';
import { piecesVocabulary } from '../support/pieces-vocabulary.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const PIECES: (string | number[])[] = [
  ...[
    'name',
    'na',
    'nam',
    'me',
    '"name',
    '"name"',
    '":',
    '": ',
    '": "',
    '",',
    '", "',
    '"}',
    '"}}',
    '"]',
    '}]',
  ],
  ...[
    '{"',
    '{ ',
    '[{',
    '[]',
    '{}',
    ': ',
    ', ',
    ',"',
    '\n',
    '\n  ',
    '\n    "',
    ' \n',
    '\t',
    '\r\n',
    '  ',
    '    ',
  ],
  ...[
    '\\"',
    '\\\\',
    '\\n',
    '\\u00',
    '\\ud83d',
    'a\\',
    'ab\\n',
    'x"',
    'abc"',
    'abc",',
    'é"',
    'Grüße',
    'Ü',
    '中文',
  ],
  ...[
    'true',
    'false',
    'null',
    'tru',
    'e,',
    '12',
    '1234567',
    '0.5',
    '-1',
    'e+',
    '1e',
    '"a"',
    '"b"',
    '"x":',
    'ab',
  ],
  ...['abcdef', 'abcdefghij', 'abcdefghijklmnopqrstuvwxyz', '-'.repeat(24), '-'.repeat(25), '='.repeat(130)],
  ...[
    'é'.repeat(9),
    'é'.repeat(26),
    `${'a'.repeat(24)}"`,
    `${'a'.repeat(25)}\n`,
    '<tool>',
    '<tool',
    '</tool>',
    '<',
  ],
  ...['🙂', '🙂"', 'a🙂', '\u007f', 'x\u0001', '@', '@a', '.com', 'a@b.org', '2024', '-01', 'T12', ':00Z'],
  [0xc3],
  [0x61, 0xc3],
  [0xa9],
  [0xa9, 0x22],
  [0xe4, 0xb8],
  [0xb8, 0xad, 0x61],
  [0xf0, 0x9f],
  [0x9f, 0x99],
  [0xff, 0x61],
  [0x22, 0xc3],
];

const object = (properties: Record<string, JsonSchema>, more: Record<string, unknown> = {}): Constraint => ({
  kind: 'json_schema',
  schema: { type: 'object', properties, ...more },
});

const CONSTRAINTS: Record<string, Constraint> = {
  'any object': { kind: 'json' },
  'free strings': object({ name: { type: 'string' } }, { required: ['name'], additionalProperties: false }),
  'an open object': object({ name: { type: 'string' }, na: { type: 'integer' } }),
  'short strings': object({
    a: { type: 'string', maxLength: 7 },
    b: { type: 'string', minLength: 2, maxLength: 30 },
  }),
  'a long bound': { kind: 'json_schema', schema: { type: 'string', minLength: 3, maxLength: 200 } },
  'a pattern': object({
    a: { type: 'string', pattern: '^[a-z]{1,8}@[a-z]+\\.(com|org)$' },
    b: { not: { const: 'name' } },
  }),
  'not some words': { kind: 'json_schema', schema: { type: 'string', not: { enum: ['name', 'na', 'abc'] } } },
  'a date': object({ a: { type: 'string', format: 'date-time' } }, { required: ['a'] }),
  recursion: {
    kind: 'json_schema',
    schema: {
      $defs: { n: { type: 'array', items: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/n' }] } } },
      $ref: '#/$defs/n',
    },
  },
  'free text': { kind: 'regex', pattern: '[\\s\\S]*' },
  'a line': { kind: 'regex', pattern: '[^\\n"]{0,40}"?' },
  'a called rule of free text': { kind: 'gbnf', grammar: 'root ::= word ("," word)*\nword ::= [^,"]*' },
  'tags in text': {
    kind: 'tagged',
    tags: [{ begin: '<tool>', content: { kind: 'json' }, end: '</tool>' }],
    required: false,
    parallel: true,
  },
};

let model: NativeModel;
let texts: Buffer[];
beforeAll(async () => {
  const vocabulary = piecesVocabulary(PIECES);
  model = await nativeAddon().openModel(tinyModel({ architecture: 'qwen3', layers: 1, vocabulary }), '');
  texts = vocabulary.tokens.map((_, id) => Buffer.from(model.tokenBytes(id, false)));
});
afterAll(() => model.close());

describe('masks', () => {
  it.each(Object.entries(CONSTRAINTS))('have the tokens that can be read: %s', (_, constraint) => {
    const form = compileConstraint(constraint);
    const readable = texts.map((text, id) => ({ id, text })).filter(({ text }) => text.length > 0);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 24 }), (choices) => {
        // New for each walk: what was found on the way to other places is not there yet.
        const grammar = model.compileGrammar(form);
        const prefix: number[] = [];
        for (const choice of choices) {
          const allowed = [...grammar.allowedAfter(Int32Array.from(prefix))].filter(
            (id) => texts[id]!.length > 0,
          );
          if (allowed.length === 0) break;
          prefix.push(allowed[choice % allowed.length]!);
        }
        const place = Int32Array.from(prefix);
        const allowed = new Set(grammar.allowedAfter(place));
        const mayEnd = grammar.accepts(Buffer.concat(prefix.map((id) => texts[id]!)).toString());
        for (const { id } of readable) {
          // A grammar never leads to where nothing can follow: what can be read has a mask of its own.
          const canBeRead = grammar.allowedAfter(Int32Array.of(...prefix, id)).length > 0;
          expect({ id, text: texts[id]!.toString(), allowed: allowed.has(id) }).toEqual({
            id,
            text: texts[id]!.toString(),
            allowed: canBeRead,
          });
        }
        const ends = [...allowed].some((id) => model.isEndOfGeneration(id));
        const isText =
          Buffer.concat(prefix.map((id) => texts[id]!))
            .toString('utf8')
            .includes('\ufffd') === false;
        if (isText) expect(ends).toBe(mayEnd);
      }),
      { numRuns: 12 },
    );
  });
});
