// <|tool_call|>[{"name": "f", "arguments": {"a": 1}}]<|/tool_call|>, or functools[...] as the first releases did.
// Phi-4-mini. Source: Microsoft, Phi-4-mini-instruct model card, "Tool-enabled function-calling format".
import { chosenTools, jsonCallList, taggedCalls } from '../answer-format/call-constraints.ts';
import { readJsonCalls } from '../answer-format/json-call.ts';
import { readMarkedCalls } from '../answer-format/marked-calls.ts';
import { defineToolCallFamily } from '../answer-format/tool-call-family.ts';

const BEGIN = '<|tool_call|>';
const END = '<|/tool_call|>';

export default defineToolCallFamily({
  detect: (template) => template.includes('<|/tool'),
  markers: [BEGIN, END],
  constraint: (tools, choice, parallel) =>
    taggedCalls(
      {
        begin: BEGIN,
        content: jsonCallList(chosenTools(tools, choice), parallel && typeof choice !== 'object'),
        end: END,
      },
      choice,
      false,
    ),
  read: (reader, tools) =>
    readMarkedCalls(reader, {
      begins: [BEGIN, 'functools'],
      ends: [END],
      readCall: () => readJsonCalls(reader, tools),
    }),
  write(calls) {
    const list = calls.map(
      ({ function: call }) =>
        `{"name": ${JSON.stringify(call?.name)}, "arguments": ${call?.arguments || '{}'}}`,
    );
    return `${BEGIN}[${list.join(', ')}]${END}`;
  },
});
