// <|tool_call|>[{"name": "f", "arguments": {"a": 1}}] to the end of the answer. Granite 3. Source: IBM Granite 3.3 chat
// template. (Granite 4 writes <tool_call> as Hermes does.)
import { chosenTools, jsonCallList, taggedCalls } from '../answer-format/call-constraints.ts';
import { readJsonCalls } from '../answer-format/json-call.ts';
import { readMarkedCalls } from '../answer-format/marked-calls.ts';
import { defineToolCallFamily } from '../answer-format/tool-call-family.ts';

const BEGIN = '<|tool_call|>';

export default defineToolCallFamily({
  detect: (template) => template.includes(BEGIN) && !template.includes('<|/tool'),
  markers: [BEGIN],
  // One list holds all calls.
  constraint: (tools, choice, parallel) =>
    taggedCalls(
      {
        begin: BEGIN,
        content: jsonCallList(chosenTools(tools, choice), parallel && typeof choice !== 'object'),
        end: '',
      },
      choice,
      false,
    ),
  read: (reader, tools) =>
    readMarkedCalls(reader, {
      begins: [BEGIN, '<tool_call>'],
      ends: ['</tool_call>'],
      readCall: () => readJsonCalls(reader, tools),
    }),
  write(calls) {
    const list = calls.map(
      ({ function: call }) =>
        `{"name": ${JSON.stringify(call?.name)}, "arguments": ${call?.arguments || '{}'}}`,
    );
    return `${BEGIN}[${list.join(', ')}]`;
  },
});
