// <tool_call>
// {"name": "f", "arguments": {"a": 1}}
// </tool_call>
// Hermes 2 Pro and 3, Qwen 2.5 and 3, Granite 4, SmolLM3, MiMo, Reka and many more. Source: NousResearch,
// "Hermes-Function-Calling", prompt format.
import { chosenTools, jsonCall, literal, sequence, taggedCalls } from '../answer-format/call-constraints.ts';
import { readJsonCalls } from '../answer-format/json-call.ts';
import { readMarkedCalls } from '../answer-format/marked-calls.ts';
import { defineToolCallFamily } from '../answer-format/tool-call-family.ts';

export default defineToolCallFamily({
  detect: (template) =>
    template.includes('<tool_call>') &&
    !['<function=', '<arg_key>', '<|tool_call_begin|>', '[TOOL_CALLS]'].some((each) =>
      template.includes(each),
    ),
  markers: ['<tool_call>', '</tool_call>'],
  constraint: (tools, choice, parallel) =>
    taggedCalls(
      {
        begin: '<tool_call>',
        content: sequence(literal('\n'), jsonCall(chosenTools(tools, choice)), literal('\n')),
        end: '</tool_call>',
      },
      choice,
      parallel,
    ),
  read: (reader, tools) =>
    readMarkedCalls(reader, {
      begins: ['<tool_call>'],
      ends: ['</tool_call>'],
      readCall: () => readJsonCalls(reader, tools),
    }),
});
