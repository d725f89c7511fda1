// <TOOLCALL>[{"name": "f", "arguments": {"a": 1}}]</TOOLCALL>. Nemotron Nano 2 and Llama-Nemotron. Source: NVIDIA,
// Nemotron Nano v2 chat template.
import { chosenTools, jsonCallList, taggedCalls } from '../answer-format/call-constraints.ts';
import { readJsonCalls } from '../answer-format/json-call.ts';
import { readMarkedCalls } from '../answer-format/marked-calls.ts';
import { defineToolCallFamily } from '../answer-format/tool-call-family.ts';

const BEGIN = '<TOOLCALL>';
const END = '</TOOLCALL>';

export default defineToolCallFamily({
  detect: (template) => template.includes(BEGIN),
  markers: [BEGIN, END],
  // One list holds all calls.
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
      begins: [BEGIN],
      ends: [END],
      readCall: () => readJsonCalls(reader, tools),
    }),
});
