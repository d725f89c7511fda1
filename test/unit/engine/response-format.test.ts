import { describe, expect, it } from 'vitest';
import { compileConstraint } from '../../../engine/grammar/compile.ts';
import { parseChatRequest } from '../../../engine/request.ts';

const messages = [{ role: 'user', content: 'hi' }];
const constraintOf = (fields: object) => parseChatRequest({ messages, ...fields }).constraint;

describe("the answer's form", () => {
  it('is free unless a request says more', () => {
    expect(constraintOf({})).toBeNull();
    expect(constraintOf({ response_format: { type: 'text' } })).toBeNull();
  });

  it('is read from response_format and from the fields of vLLM and llama-server', () => {
    const schema = { type: 'object' };
    const asked = { type: 'json_schema', json_schema: { name: 'x', strict: true, schema } };
    expect(constraintOf({ response_format: { type: 'json_object' } })).toEqual({ kind: 'json' });
    for (const fields of [{ response_format: asked }, { guided_json: schema }, { json_schema: schema }])
      expect(constraintOf(fields)).toEqual({ kind: 'json_schema', schema });
    expect(constraintOf({ guided_regex: 'a+' })).toEqual({ kind: 'regex', pattern: 'a+' });
    expect(constraintOf({ grammar: 'root ::= "a"' })).toEqual({ kind: 'gbnf', grammar: 'root ::= "a"' });
  });

  it('is refused when its type is unknown, its schema is missing, or two fields say it', () => {
    for (const fields of [
      { response_format: { type: 'xml' } },
      { response_format: { type: 'json_schema', json_schema: {} } },
      { guided_regex: 'a', grammar: 'root ::= "a"' },
    ])
      expect(() => constraintOf(fields)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }));
  });

  it('is refused by keyword and place where a schema cannot be enforced exactly', () => {
    const schema = { properties: { list: { type: 'array', uniqueItems: true } } };
    expect(() => compileConstraint({ kind: 'json_schema', schema })).toThrow(
      /"uniqueItems" at #\/properties\/list/,
    );
    expect(() => compileConstraint({ kind: 'regex', pattern: '(?=a)b' })).toThrow(/look-ahead/);
  });

  it('is refused where a grammar is left-recursive, naming the rule', () => {
    const grammar = 'root ::= list\nlist ::= list "a" | "a"';
    expect(() => compileConstraint({ kind: 'gbnf', grammar })).toThrow(/"list" is left-recursive/);
  });
});
