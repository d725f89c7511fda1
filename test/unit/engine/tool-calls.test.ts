// Answers as each family of models writes them: the forms of the models' cards and chat templates, and the cases that
// llama.cpp's parsers are known for. What a client must get of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAnswerParser } from '../../../engine/answer-format/answer-format.ts';
import type { FunctionTool } from '../../../engine/answer-format/tool-call-family.ts';
import { registry } from '../../../engine/tool-calls/_registry.gen.ts';
import { collected, cut, merged, partsOf, type ReadAnswer } from '../../support/answer-parts.ts';

const TOOLS: FunctionTool[] = [
  {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        days: { type: 'integer' },
        detailed: { type: 'boolean' },
        place: { type: 'object' },
      },
      required: ['city'],
    },
  },
  { name: 'get_time', parameters: { type: 'object', properties: { zone: { type: 'string' } } } },
  { name: 'python', parameters: { type: 'object', properties: { code: { type: 'string' } } } },
  { name: 'Calendar.create', parameters: { type: 'object' } },
];

type Family = keyof typeof registry;

const parserOf = (family: Family) =>
  createAnswerParser({
    format: { reasoning: null, family: registry[family], isGeneric: false },
    opensReasoning: false,
    tools: new Map(TOOLS.map((tool) => [tool.name, tool])),
  });

const read = (family: Family, text: string): ReadAnswer => collected(partsOf(parserOf(family), [text]));

/** Arguments are compared as values. */
const values = ({ content, reasoning, calls }: ReadAnswer) => ({
  content,
  reasoning,
  calls: calls.map(([name, text]) => [name, JSON.parse(text)]),
});

interface Case {
  family: Family;
  what: string;
  text: string;
  calls: [string, unknown][];
  content?: string;
  reasoning?: string;
}

const PARIS: [string, unknown] = ['get_weather', { city: 'Paris' }];
const CASES: Case[] = [
  {
    family: 'hermes',
    what: 'one call',
    text: '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>',
    calls: [PARIS],
  },
  {
    family: 'hermes',
    what: 'text before calls, and calls side by side',
    text: 'Let me see.\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>\n<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>',
    calls: [PARIS, ['get_time', {}]],
    content: 'Let me see.\n',
  },
  {
    family: 'hermes',
    what: 'arguments before the name, as text, or left out',
    text: '<tool_call>{"arguments": {"city": "Paris"}, "name": "get_weather"}</tool_call><tool_call>{"name": "get_weather", "arguments": "{\\"city\\": \\"Paris\\"}"}</tool_call><tool_call>{"name": "get_time"}</tool_call><tool_call>{"name":"get_time","arguments":null}</tool_call>',
    calls: [PARIS, PARIS, ['get_time', {}], ['get_time', {}]],
  },
  {
    family: 'hermes',
    what: 'members after the arguments, and no end mark',
    text: '<tool_call>{"name": "get_weather", "arguments": {"city": "a}\\"]{"}, "id": "7"}',
    calls: [['get_weather', { city: 'a}"]{' }]],
  },
  {
    family: 'llama3',
    what: 'an answer that is a call',
    text: '{"name": "get_weather", "parameters": {"city": "Paris"}}',
    calls: [PARIS],
  },
  {
    family: 'llama3',
    what: 'a call with a type, and a second one after a semicolon',
    text: '{"type": "function", "name": "get_weather", "parameters": {"city": "Paris"}}; {"name": "get_time", "parameters": {}}',
    calls: [PARIS, ['get_time', {}]],
  },
  {
    family: 'llama3',
    what: 'a call after the Python tag',
    text: '<|python_tag|>{"name": "get_weather", "parameters": {"city": "Paris"}}',
    calls: [PARIS],
  },
  {
    family: 'llama3',
    what: 'a built-in call',
    text: '<|python_tag|>get_time.call(zone="Europe/Paris")',
    calls: [['get_time', { zone: 'Europe/Paris' }]],
  },
  {
    family: 'llama3',
    what: 'code',
    text: '<|python_tag|>print(\'hey "you"\')\n',
    calls: [['python', { code: 'print(\'hey "you"\')\n' }]],
  },
  {
    family: 'mistral',
    what: 'the list form, with ids',
    text: '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Paris"}, "id": "123456789"}, {"name": "get_time", "arguments": {}}]',
    calls: [PARIS, ['get_time', {}]],
  },
  {
    family: 'mistral',
    what: 'the named form',
    text: 'Wait.[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}[TOOL_CALLS]get_time[ARGS]{}',
    calls: [PARIS, ['get_time', {}]],
    content: 'Wait.',
  },
  {
    family: 'mistral',
    what: 'the named form with an id, and without a mark before the arguments',
    text: '[TOOL_CALLS]get_weather[CALL_ID]abc123def[ARGS]{"city": "Paris"}[TOOL_CALLS]get_time{"zone": "UTC"}',
    calls: [PARIS, ['get_time', { zone: 'UTC' }]],
  },
  {
    family: 'granite',
    what: 'a list',
    text: '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Paris"}}, {"name": "get_time", "arguments": {"zone": "UTC"}}]',
    calls: [PARIS, ['get_time', { zone: 'UTC' }]],
  },
  {
    family: 'phi4',
    what: 'a list between marks',
    text: '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Paris"}}]<|/tool_call|>',
    calls: [PARIS],
  },
  {
    family: 'phi4',
    what: 'the form of the first releases',
    text: 'functools[{"name": "get_weather", "arguments": {"city": "Paris"}}]',
    calls: [PARIS],
  },
  {
    family: 'gpt-oss',
    what: 'thoughts and the answer',
    text: '<|channel|>analysis<|message|>Simple.<|end|><|start|>assistant<|channel|>final<|message|>Hello!',
    calls: [],
    reasoning: 'Simple.',
    content: 'Hello!',
  },
  {
    family: 'gpt-oss',
    what: 'thoughts and a call',
    text: '<|channel|>analysis<|message|>Need it.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city": "Paris"}',
    calls: [PARIS],
    reasoning: 'Need it.',
  },
  {
    family: 'gpt-oss',
    what: 'a recipient before the channel',
    text: ' to=functions.get_weather<|channel|>commentary json<|message|>{"city": "Paris"}<|call|>',
    calls: [PARIS],
  },
  {
    family: 'gpt-oss',
    what: 'a preamble for the user, then a call',
    text: '<|channel|>commentary<|message|>I will look.<|end|><|start|>assistant<|channel|>commentary to=functions.get_time <|constrain|>json<|message|>{}<|call|>',
    calls: [['get_time', {}]],
    content: 'I will look.',
  },
  {
    family: 'gpt-oss',
    what: 'text without channels',
    text: 'Hello <b>you</b>',
    calls: [],
    content: 'Hello <b>you</b>',
  },
  {
    family: 'gemma',
    what: 'a call with every kind of value',
    text: '<|tool_call>call:get_weather{city:<|"|>Paris, "FR"<|"|>,days:3,detailed:true,place:{lat:48.85,tags:[<|"|>a<|"|>,<|"|>b<|"|>]}}<tool_call|>',
    calls: [
      [
        'get_weather',
        { city: 'Paris, "FR"', days: 3, detailed: true, place: { lat: 48.85, tags: ['a', 'b'] } },
      ],
    ],
  },
  {
    family: 'gemma',
    what: 'two calls, one without arguments',
    text: '<|tool_call>call:get_time{}<tool_call|><|tool_call>call:get_weather{city:<|"|>Paris<|"|>}<tool_call|>',
    calls: [['get_time', {}], PARIS],
  },
  {
    family: 'gemma',
    what: "FunctionGemma's marks",
    text: '<start_function_call>call:get_weather{city:<escape>Paris<escape>}<end_function_call>',
    calls: [PARIS],
  },
  {
    family: 'qwen3-coder',
    what: 'parameters by their types',
    text: '<tool_call>\n<function=get_weather>\n<parameter=city>\nNew\nYork "NY"\n</parameter>\n<parameter=days>\n3\n</parameter>\n<parameter=detailed>\nTrue\n</parameter>\n<parameter=place>\n{"lat": 1}\n</parameter>\n</function>\n</tool_call>',
    calls: [['get_weather', { city: 'New\nYork "NY"', days: 3, detailed: true, place: { lat: 1 } }]],
  },
  {
    family: 'qwen3-coder',
    what: 'a text that looks like a number, a call without its outer mark, and one without parameters',
    text: 'Ok.\n<function=get_weather>\n<parameter=city>\n75001\n</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=get_time>\n</function>\n</tool_call>',
    calls: [
      ['get_weather', { city: '75001' }],
      ['get_time', {}],
    ],
    content: 'Ok.\n',
  },
  {
    family: 'qwen3-coder',
    what: "Seed-OSS's marks",
    text: '<seed:tool_call>\n<function=get_weather>\n<parameter=city>Paris</parameter>\n</function>\n</seed:tool_call>',
    calls: [PARIS],
  },
  {
    family: 'glm',
    what: 'keys and values',
    text: '<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call>',
    calls: [['get_weather', { city: 'Paris', days: 3 }]],
  },
  {
    family: 'glm',
    what: 'a call without arguments',
    text: '\n<tool_call>get_time</tool_call>',
    calls: [['get_time', {}]],
  },
  {
    family: 'functionary',
    what: 'calls one after the other',
    text: '<function=get_weather>{"city": "Paris"}</function><function=get_time>{}</function>',
    calls: [PARIS, ['get_time', {}]],
  },
  {
    family: 'deepseek',
    what: 'the form of V3.1',
    text: 'Checking.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Paris"}<｜tool▁call▁end｜><｜tool▁call▁begin｜>get_time<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    calls: [PARIS, ['get_time', {}]],
    content: 'Checking.',
  },
  {
    family: 'deepseek',
    what: 'the form of V3 and R1',
    text: '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{"city": "Paris"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    calls: [PARIS],
  },
  {
    family: 'kimi',
    what: 'a section with calls',
    text: '<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city": "Paris"}<|tool_call_end|><|tool_call_begin|>functions.get_time:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>',
    calls: [PARIS, ['get_time', {}]],
  },
  {
    family: 'lfm2',
    what: 'Python calls',
    text: '<|tool_call_start|>[get_weather(city="Paris", days=3, detailed=True), get_time()]<|tool_call_end|>Checking.',
    calls: [
      ['get_weather', { city: 'Paris', days: 3, detailed: true }],
      ['get_time', {}],
    ],
    content: 'Checking.',
  },
  {
    family: 'lfm2',
    what: 'escapes, nested and JSON literals, a name with a dot',
    text: `<|tool_call_start|>[python(code="def f():\\n\\tprint('hey', \\"you\\")"), Calendar.create(title='a"b', with=["x", None], at={'h': 9, "m": 3.5, "ok": true}, e='')]<|tool_call_end|>`,
    calls: [
      ['python', { code: 'def f():\n\tprint(\'hey\', "you")' }],
      ['Calendar.create', { title: 'a"b', with: ['x', null], at: { h: 9, m: 3.5, ok: true }, e: '' }],
    ],
  },
  {
    family: 'nemotron',
    what: 'a list between marks',
    text: '<TOOLCALL>[{"name": "get_weather", "arguments": {"city": "Paris"}}, {"name": "get_time", "arguments": {}}]</TOOLCALL>',
    calls: [PARIS, ['get_time', {}]],
  },
  {
    family: 'apertus',
    what: 'names as keys',
    text: '<|tools_prefix|>[{"get_weather": {"city": "Paris"}}, {"get_time": {}}]<|tools_suffix|>',
    calls: [PARIS, ['get_time', {}]],
  },
];

describe('tool calls', () => {
  it.each(CASES)('of $family: $what', ({ family, text, calls, content = '', reasoning = '' }) => {
    expect(values(read(family, text))).toEqual({ content, reasoning, calls });
  });

  it('are covered for every family', () => {
    expect([...new Set(CASES.map(({ family }) => family))].sort()).toEqual(Object.keys(registry).sort());
  });

  it.each(CASES)('of $family come out the same for every cutting: $what', ({ family, text }) => {
    const whole = merged(partsOf(parserOf(family), [text]));
    expect(merged(partsOf(parserOf(family), text.split('')))).toEqual(whole);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (places) => {
        expect(merged(partsOf(parserOf(family), cut(text, places)))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it.each(CASES)('of $family never depend on how a cut-off answer was cut: $what', ({ family, text }) => {
    for (let end = 0; end < text.length; end += 3) {
      const start = text.slice(0, end);
      const whole = merged(partsOf(parserOf(family), [start]));
      expect(merged(partsOf(parserOf(family), start.split('')))).toEqual(whole);
    }
  });

  it('pass arguments on while they come, after the name', () => {
    const parser = parserOf('hermes');
    expect(parser.push('<tool_call>\n{"name": "get_wea')).toEqual([]);
    expect(parser.push('ther", "arguments": {"ci')).toEqual([
      { type: 'call', name: 'get_weather' },
      { type: 'arguments', text: '{"ci' },
    ]);
    expect(parser.push('ty": "Par')).toEqual([{ type: 'arguments', text: 'ty": "Par' }]);
    expect(parser.push('is"}}\n</tool_call>')).toEqual([{ type: 'arguments', text: 'is"}' }]);
  });

  it('hold back nothing but what may begin a mark', () => {
    const parser = parserOf('hermes');
    expect(parser.push('a < b <tool')).toEqual([{ type: 'content', text: 'a < b ' }]);
    expect(parser.push('s>')).toEqual([{ type: 'content', text: '<tools>' }]);
  });
});

/** Fragments of what models write, put together at random. */
const fragment = fc.constantFrom(
  ...CASES.flatMap(({ text }) => [text, text.slice(0, text.length / 2), text.slice(text.length / 3)]),
  ...[
    '<',
    '{',
    '"',
    '[',
    ' ',
    '\n',
    '}',
    ']',
    '<tool_call>',
    '</tool_call>',
    '<|tool_call|>',
    '[TOOL_CALLS]',
    'é😀',
  ],
  ...[
    '{"name": "nobody", "arguments": {}}',
    '{"name": "get_time", "arg',
    '<function=',
    '<|tool_call>call:',
    'get_time(',
  ],
);

describe('any text', () => {
  it.each(Object.keys(registry) as Family[])('read as %s comes out the same for every cutting', (family) => {
    fc.assert(
      fc.property(
        fc.array(fragment, { maxLength: 5 }),
        fc.array(fc.nat(400), { maxLength: 8 }),
        (texts, places) => {
          const text = texts.join('');
          const whole = merged(partsOf(parserOf(family), [text]));
          expect(merged(partsOf(parserOf(family), cut(text, places)))).toEqual(whole);
          expect(merged(partsOf(parserOf(family), text.split('')))).toEqual(whole);
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each([
    ['hermes', 'See <tool_call>not JSON</tool_call> and {"a": 1}.'],
    ['hermes', '<tool_call>\n{"name": "nobody", "arguments": {}}\n</tool_call>'],
    ['hermes', '<tool_call>\n{"arguments": {}}\n</tool_call>'],
    ['hermes', '<tool_call>\n{"name": "get_time", "argum'],
    ['llama3', '{"city": "Paris"}'],
    ['llama3', '{"name": "Ann", "parameters": {}}'],
    ['mistral', '[TOOL_CALLS] is a mark, [TOOL_CALLS][1, 2] too'],
    ['mistral', '[TOOL_CALLS]nobody[ARGS]{}'],
    ['granite', '<|tool_call|>nothing'],
    ['phi4', 'functools is a module'],
    ['gemma', '<|tool_call>call:nobody{}<tool_call|>'],
    ['qwen3-coder', '<tool_call>\n<function=nobody>\n</function>\n</tool_call>'],
    ['qwen3-coder', 'f <function=> g'],
    ['glm', '<tool_call>nobody<arg_key>a</arg_key><arg_value>1</arg_value></tool_call>'],
    ['functionary', '<function=get_time>no object'],
    ['deepseek', '<｜tool▁calls▁begin｜>nothing'],
    ['kimi', '<|tool_call_begin|>functions.nobody:0<|tool_call_argument_begin|>{}'],
    ['lfm2', 'Use [link](url). <|tool_call_start|>[nobody(a=1)]<|tool_call_end|>'],
    ['apertus', '<|tools_prefix|>[{"nobody": {}}]<|tools_suffix|>'],
  ] satisfies [Family, string][])(
    'that is no call of a known tool stays content, all of it: %s %s',
    (family, text) => {
      expect(read(family, text)).toEqual({ content: text, reasoning: '', calls: [] });
    },
  );

  it('nested without end is no reason to fail', () => {
    const deep = '['.repeat(20_000);
    for (const [family, text] of [
      ['lfm2', `<|tool_call_start|>[get_time(zone=${deep}`],
      ['gemma', `<|tool_call>call:get_time{zone:${deep}`],
      ['hermes', `<tool_call>{"name": "get_time", "arguments": {"zone": ${deep}`],
    ] satisfies [Family, string][]) {
      expect(read(family, text).calls).toHaveLength(1);
    }
  });

  it('stays content around calls that are right', () => {
    const call = '<tool_call>{"name": "get_time", "arguments": {}}</tool_call>';
    const read1 = read('hermes', `a <tool_call>x${call} b`);
    expect(read1).toEqual({ content: 'a <tool_call>x b', reasoning: '', calls: [['get_time', '{}']] });
  });
});
