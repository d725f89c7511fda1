// <|channel|>analysis<|message|>thoughts<|end|><|start|>assistant<|channel|>commentary to=functions.f
// <|constrain|>json<|message|>{"a": 1}<|call|>, and the answer in the channel "final". gpt-oss. Source: OpenAI, "OpenAI
// harmony response format".
import type { AnswerReader, Reading } from '../answer-format/answer-reader.ts';
import {
  argumentsOf,
  choice as choiceOf,
  chosenTools,
  literal,
  sequence,
} from '../answer-format/call-constraints.ts';
import { upTo } from '../answer-format/reasoning.ts';
import { defineToolCallFamily, type FunctionTool, type Tools } from '../answer-format/tool-call-family.ts';
import type { Constraint } from '../constraint.ts';

const MESSAGE = '<|message|>';
const END = '<|end|>';
/** <|call|> and <|return|> end the answer. */
const ENDS = [END, '<|start|>', '<|channel|>', '<|call|>', '<|return|>'];
/** What a header may begin with: the prompt ends after <|start|>assistant. */
const HEADERS = ['<|start|>', '<|channel|>', ' to='];
const TO_JSON = ' <|constrain|>json<|message|>';

interface Header {
  channel: string;
  /** Of a call. */
  name: string | null;
}

function headerOf(text: string, tools: Tools): Header {
  const channel = /<\|channel\|>\s*(\w+)/.exec(text)?.[1] ?? '';
  const name = /to=(?:functions\.)?([^\s<]+)/.exec(text)?.[1] ?? null;
  return { channel, name: name !== null && tools.has(name) ? name : null };
}

/** A message's text up to its end, which is returned. */
function* readMessage(reader: AnswerReader, { channel, name }: Header): Reading<string | null> {
  if (name !== null) reader.tellCall(name);
  const isAnalysis = name === null && channel === 'analysis';
  reader.isReasoning = isAnalysis;
  const type = name !== null ? 'arguments' : isAnalysis ? 'reasoning' : 'content';
  const end = yield* reader.until(ENDS, (text) => reader.tell(type, text));
  reader.isReasoning = false;
  return end;
}

const call = (tools: readonly FunctionTool[]): Constraint =>
  choiceOf(tools.map((tool) => sequence(literal(`${tool.name}${TO_JSON}`), argumentsOf(tool))));

/** They are free, and may be left out. */
function afterThoughts(rest: Constraint): Constraint {
  const thoughts = sequence(
    literal(`<|channel|>analysis${MESSAGE}`),
    { kind: 'regex', pattern: upTo(END) },
    literal('<|start|>assistant'),
  );
  return choiceOf([rest, sequence(thoughts, rest)]);
}

export default defineToolCallFamily({
  detect: (template) => template.includes('<|channel|>') && template.includes(MESSAGE),
  markers: [...ENDS, MESSAGE, '<|constrain|>'],
  readsReasoning: true,
  constraint(tools, choice) {
    const begin = '<|channel|>commentary to=functions.';
    const content = call(chosenTools(tools, choice));
    if (choice === 'auto') {
      // One call an answer: <|call|> ends it.
      return { kind: 'tagged', tags: [{ begin, content, end: '' }], required: false, parallel: false };
    }
    return afterThoughts(sequence(literal(begin), content));
  },
  answer: (text) => afterThoughts(sequence(literal(`<|channel|>final${MESSAGE}`), text)),
  *read(reader, tools) {
    let begin = yield* reader.accept(...HEADERS);
    while (true) {
      begin ??= yield* reader.until(HEADERS.slice(0, 2), (text) => reader.tell('content', text));
      if (begin === null) return;
      let header: string = begin;
      const message = yield* reader.until([MESSAGE], (text) => {
        header += text;
      });
      // Where an answer ends in a header, nothing was said.
      if (message === null) return;
      const end = yield* readMessage(reader, headerOf(header, tools));
      begin = end === '<|start|>' || end === '<|channel|>' ? end : yield* reader.accept(...HEADERS);
    }
  },
});
