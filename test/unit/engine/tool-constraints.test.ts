// What answers must spell: built of tools, checked against the family's own reader, which knows nothing of it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerConstraint } from '../../../engine/answer-format/answer-constraint.ts';
import {
  answerFormatOf,
  answerPlan,
  createAnswerParser,
} from '../../../engine/answer-format/answer-format.ts';
import { upTo } from '../../../engine/answer-format/reasoning.ts';
import type { FunctionTool, ToolChoice } from '../../../engine/answer-format/tool-call-family.ts';
import type { Constraint } from '../../../engine/constraint.ts';
import { registry } from '../../../engine/tool-calls/_registry.gen.ts';
import { collected, partsOf } from '../../support/answer-parts.ts';

const TOOLS: FunctionTool[] = [
  {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        days: { type: 'integer' },
        unit: { type: 'string', enum: ['C', 'F'] },
      },
      required: ['city', 'days', 'unit'],
    },
  },
  { name: 'stop' },
];

type Family = keyof typeof registry;
const families = Object.keys(registry) as Family[];

/** A value that fits; only for the schemas used here. */
function sampleOf(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return null;
  const { type, properties, items, anyOf, enum: values, const: constant } = schema as Record<string, unknown>;
  if (constant !== undefined) return constant;
  if (Array.isArray(values)) return values[0];
  if (Array.isArray(anyOf)) return sampleOf(anyOf[0]);
  if (type === 'array') return [sampleOf(items)];
  if (type === 'object') {
    const entries = Object.entries((properties ?? {}) as object);
    return Object.fromEntries(entries.map(([name, each]) => [name, sampleOf(each)]));
  }
  return { string: 'Paris', integer: 3, number: 0.5, boolean: true }[String(type)] ?? null;
}

/** Texts that a constraint allows: every choice once, free text as nothing at all. */
function texts(constraint: Constraint): string[] {
  switch (constraint.kind) {
    case 'literal':
      return [constraint.text];
    case 'json_schema':
      return [JSON.stringify(sampleOf(constraint.schema))];
    case 'regex':
      return samplesOf(constraint.pattern);
    case 'choice':
      return constraint.options.flatMap(texts);
    case 'sequence':
      return constraint.parts
        .map(texts)
        .reduce<string[]>((all, part) => all.flatMap((before) => part.map((each) => before + each)), ['']);
    case 'tagged': {
      const calls = constraint.tags.flatMap(({ begin, content, end }) =>
        texts(content).map((text) => begin + text + end),
      );
      return constraint.required ? calls : ['', ...calls];
    }
    default:
      throw new Error(`no sample of ${constraint.kind}`);
  }
}

const SAMPLES = ['\n</parameter>', '</arg_value>', '<|"|>', '</think>', '<|end|>'].map(
  (mark) => `Paris${mark}`,
);
const samplesOf = (pattern: string): string[] => {
  const regex = new RegExp(`^(?:${pattern})$`);
  return ['0', 'T', ...SAMPLES].filter((each) => regex.test(each)).slice(0, 1);
};

const read = (family: Family, text: string) =>
  collected(
    partsOf(
      createAnswerParser({
        format: { reasoning: null, family: registry[family], isGeneric: false },
        opensReasoning: false,
        tools: new Map(TOOLS.map((tool) => [tool.name, tool])),
      }),
      [text],
    ),
  );

describe("a tool call's constraint", () => {
  it.each(families)('of %s allows calls that its reader reads, with all of their arguments', (family) => {
    const seen = new Set<string>();
    for (const text of texts(registry[family].constraint(TOOLS, 'required', true))) {
      const { content, calls } = read(family, text);
      expect(content).toBe('');
      expect(calls.length).toBeGreaterThan(0);
      for (const [name, given] of calls) {
        seen.add(name);
        const expected = name === 'stop' ? {} : { city: 'Paris', days: 3 };
        expect(JSON.parse(given)).toMatchObject(expected);
      }
    }
    // A list's sample is its first tool alone.
    expect(seen.has('get_weather')).toBe(true);
  });

  it.each(families)('of %s is of the named tool alone', (family) => {
    for (const text of texts(registry[family].constraint(TOOLS, { name: 'stop' }, true))) {
      expect(read(family, text).calls).toEqual([['stop', '{}']]);
    }
  });

  it.each(families)('of %s leaves the answer free unless a call is asked for', (family) => {
    const isFree = (choice: ToolChoice) => {
      const constraint = registry[family].constraint(TOOLS, choice, true);
      const options = constraint.kind === 'choice' ? constraint.options : [constraint];
      const last = options.map((each) => (each.kind === 'sequence' ? each.parts.at(-1)! : each));
      return last.some((each) => each.kind === 'tagged' && !each.required);
    };
    expect(isFree('auto')).toBe(true);
    expect(isFree('required')).toBe(false);
    expect(isFree({ name: 'stop' })).toBe(false);
  });

  it('allows one call only where parallel calls are off or a tool is named', () => {
    const parallel = (choice: ToolChoice, allowed: boolean) =>
      (registry.hermes.constraint(TOOLS, choice, allowed) as { parallel: boolean }).parallel;
    expect([parallel('auto', true), parallel('auto', false), parallel({ name: 'stop' }, true)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('keeps schemas that refer to themselves whole', () => {
    const node = { $ref: '#/$defs/node' };
    const tree: FunctionTool = {
      name: 'tree',
      parameters: {
        type: 'object',
        properties: { root: node },
        required: ['root'],
        $defs: { node: { type: 'object', properties: { next: node } } },
      },
    };
    const list = JSON.stringify(registry.granite.constraint([tree], 'required', true));
    expect(list).toContain('"kind":"json_schema","schema":{"type":"object","properties":{"root"');
    const parameter = JSON.stringify(registry['qwen3-coder'].constraint([tree], 'required', true));
    expect(parameter).toContain('{"$ref":"#/$defs/node","$defs":{"node"');
  });
});

describe('the constraint of an answer', () => {
  const template = '<think></think><tool_call></tool_call>';
  const plan = (prompt: string, tools: FunctionTool[] | null, text = template) =>
    answerPlan(answerFormatOf(text, true), prompt, tools);
  const own: Constraint = { kind: 'json' };

  it('is the one of its own where there are no tools, after thoughts that are free', () => {
    expect(answerConstraint(plan('', null, ''), own, null)).toEqual(own);
    expect(answerConstraint(plan('', null), null, null)).toBeNull();
    const opened = answerConstraint(plan('<think>\n', null), own, null) as { parts: Constraint[] };
    expect(opened).toEqual({
      kind: 'sequence',
      parts: [{ kind: 'regex', pattern: expect.any(String) }, own],
    });
    expect(answerConstraint(plan('', null), own, null)).toEqual({
      kind: 'choice',
      options: [own, { kind: 'sequence', parts: [{ kind: 'literal', text: '<think>' }, opened] }],
    });
  });

  it('with tools is free text with calls in it, calls after thoughts, or calls or its own', () => {
    const use = { choice: 'auto' as ToolChoice, parallel: true };
    expect(answerConstraint(plan('', TOOLS), null, use)).toEqual(
      registry.hermes.constraint(TOOLS, 'auto', true),
    );
    expect(answerConstraint(plan('<think>', TOOLS), null, { ...use, choice: 'required' })).toMatchObject({
      kind: 'sequence',
      parts: [{ kind: 'regex' }, { kind: 'tagged', required: true }],
    });
    expect(answerConstraint(plan('<think>', TOOLS), own, use)).toMatchObject({
      parts: [{}, { kind: 'choice', options: [{ kind: 'tagged', required: true }, own] }],
    });
  });

  it("goes into gpt-oss's final channel", () => {
    const harmony = plan('', null, '<|channel|><|message|>');
    const [first] = (answerConstraint(harmony, own, null) as { options: Constraint[] }).options;
    expect(first).toEqual({
      kind: 'sequence',
      parts: [{ kind: 'literal', text: '<|channel|>final<|message|>' }, own],
    });
  });
});

describe('the pattern up to a mark', () => {
  it('matches a text that ends with the first mark, and no other', () => {
    for (const mark of ['</think>', '[/THINK]', '<channel|>', '<|"|>', '\n</a>']) {
      const pattern = new RegExp(`^(?:${upTo(mark)})$`);
      const words = [...Array.from(mark, (_, index) => mark.slice(0, index + 1)), 'a', mark[0]!, ' '];
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...words), { maxLength: 8 }), (texts) => {
          const text = texts.join('');
          expect(pattern.test(text)).toBe(
            text.includes(mark) && text.indexOf(mark) === text.length - mark.length,
          );
        }),
        { numRuns: 500 },
      );
    }
  });
});
