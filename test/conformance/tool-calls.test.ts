// Real models' chat templates as the truth about how calls are written: what a template makes of an assistant's calls is
// what the model was trained to say, and must be read back as the same calls. Tools, results and thoughts must
// reach the prompt through every template.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';
import type { ChatMessage, ToolDefinition } from '../../contract/chat.ts';
import { answerPlan, createAnswerParser, familiesOf } from '../../engine/answer-format/answer-format.ts';
import type { FunctionTool } from '../../engine/answer-format/tool-call-family.ts';
import { createChatTemplate } from '../../engine/chat-template.ts';
import { collected, partsOf } from '../support/answer-parts.ts';

const folder = join(packageRoot, '..', 'shared', 'data', 'chat_templates', 'templates');
const present = existsSync(folder);
const names = present ? readdirSync(folder).filter((name) => name.endsWith('.jinja')) : [];

/** The form in which each family's calls are read. */
const FAMILY: Record<string, string> = {
  'Apertus-8B-Instruct': 'apertus',
  'Bielik-11B-v3.0-Instruct': 'hermes',
  'ByteDance-Seed-OSS': 'qwen3-coder',
  'GLM-4.7-Flash': 'glm',
  'GigaChat3-10B-A1.8B': 'none',
  'Kimi-K2-Instruct': 'kimi',
  'Kimi-K2-Thinking': 'kimi',
  'LFM2-8B-A1B': 'lfm2',
  'MiMo-VL': 'hermes',
  'Mistral-Small-3.2-24B-Instruct-2506': 'mistral',
  'NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use': 'hermes',
  'Qwen-QwQ-32B': 'hermes',
  'Qwen-Qwen2.5-7B-Instruct': 'hermes',
  'Qwen-Qwen3-0.6B': 'hermes',
  'Qwen-Qwen3-Coder-30B-A3B-Instruct': 'qwen3-coder',
  'Qwen3-Coder': 'qwen3-coder',
  'Qwen3.5-4B': 'qwen3-coder',
  'Reka-Edge': 'hermes',
  'deepseek-ai-DeepSeek-V3.1': 'deepseek',
  'deepseek-ai-DeepSeek-V3.2': 'none',
  'deepseek-ai-DeepSeek-V4': 'none',
  'google-gemma-2-2b-it': 'none',
  'google-gemma-4-31B-it': 'gemma',
  'ibm-granite-granite-3.3-2B-Instruct': 'granite',
  'meetkai-functionary-medium-v3.1': 'functionary',
  'meta-llama-Llama-3.1-8B-Instruct': 'llama3',
  'mistralai-Ministral-3-14B-Reasoning-2512': 'mistral',
  'moonshotai-Kimi-K2': 'kimi',
  'unsloth-mistral-Devstral-Small-2507': 'mistral',
};

const tools: ToolDefinition[] = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'Tells the weather.',
      parameters: {
        type: 'object',
        properties: {
          city: { type: 'string', description: 'Where.' },
          days: { type: 'integer', description: 'How many.' },
        },
        required: ['city'],
      },
    },
  },
];
const call = (id: string, fields: object) => ({
  id,
  type: 'function',
  function: { name: 'get_weather', arguments: JSON.stringify(fields) },
});
const PARIS = { city: 'Paris "Nord"', days: 3 };
const ROME = { city: 'Rome', days: 1 };
const question: ChatMessage = { role: 'user', content: 'The weather, please.' };

const template = (name: string) => {
  const source = readFileSync(join(folder, name), 'utf8');
  return {
    source,
    chat: createChatTemplate({ source, bosToken: '<s>', eosToken: '</s>', hasChatMl: false }),
  };
};

/** What comes after the common beginning of two texts. */
const after = (text: string, beginning: string): string => {
  let length = 0;
  while (length < beginning.length && text[length] === beginning[length]) length++;
  return text.slice(length);
};

describe.skipIf(!present)('tool calls of real templates (skipped without ../shared/data)', () => {
  it.each(names)('are of one family at most: %s', (file) => {
    const families = familiesOf(template(file).source);
    expect(families.length).toBe(FAMILY[file.replace('.jinja', '')] === 'none' ? 0 : 1);
  });

  it.each(names)('get tools, calls and results into the prompt: %s', (file) => {
    const { chat } = template(file);
    const prompt = () =>
      chat.prompt({
        tools,
        messages: [
          question,
          { role: 'assistant', content: null, tool_calls: [call('call_1', PARIS), call('call_2', ROME)] },
          { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
          { role: 'tool', tool_call_id: 'call_2', content: 'raining' },
        ],
      });
    for (const text of ['get_weather', 'Tells the weather.', 'Nord', 'Rome', 'sunny', 'raining']) {
      expect(prompt()).toContain(text);
    }
  });

  it.each(names)('are read back as the template writes them: %s', (file) => {
    const { chat } = template(file);
    const asked = chat.prompt({ messages: [question], tools, addGenerationPrompt: false });
    const format = chat.answerFormat;
    const parse = (fields: object[]) => {
      const ids = fields.map((each, index) => call(`call_${index}`, each));
      const whole = chat.prompt({
        messages: [question, { role: 'assistant', content: null, tool_calls: ids }],
        tools,
        addGenerationPrompt: false,
      });
      const plan = answerPlan(
        format,
        '',
        tools.map((tool) => tool.function as FunctionTool),
      );
      return collected(partsOf(createAnswerParser(plan), [answerText(after(whole, asked))])).calls;
    };
    if (!format.isGeneric) {
      expect(parse([PARIS]).map(([name, text]) => [name, JSON.parse(text)])).toEqual([
        ['get_weather', PARIS],
      ]);
      if (file.startsWith('meta-llama')) return;
      expect(parse([PARIS, ROME]).map(([, text]) => JSON.parse(text))).toEqual([PARIS, ROME]);
    } else if (chat.answerFormat.isGeneric) {
      const instruction = chat.prompt({ messages: [question], tools });
      expect(instruction).toContain('inside <tool_call> tags');
    }
  });

  /** Whether the prompt ends inside the thoughts: by default, with enable_thinking true, with false. */
  it.each([
    ['Qwen-QwQ-32B', [false, true, false]],
    ['Qwen-Qwen3-0.6B', [false, false, false]],
    ['Qwen3.5-4B', [true, true, false]],
    ['GLM-4.7-Flash', [true, true, false]],
    ['Reka-Edge', [false, true, false]],
    ['deepseek-ai-DeepSeek-V3.1', [false, true, false]],
    ['google-gemma-4-31B-it', [false, false, false]],
    ['mistralai-Ministral-3-14B-Reasoning-2512', [false, false, false]],
    ['ibm-granite-granite-3.3-2B-Instruct', [false, false, false]],
  ])('%s opens the thoughts itself: %j', (name, expected) => {
    const { chat } = template(`${name}.jinja`);
    const opens = [{}, { enable_thinking: true }, { enable_thinking: false }].map((variables) => {
      const prompt = chat.prompt({ messages: [question], variables });
      return answerPlan(chat.answerFormat, prompt, null).opensReasoning;
    });
    expect(opens).toEqual(expected);
  });

  it.each([
    'Qwen-Qwen3-0.6B',
    'Qwen3.5-4B',
    'GLM-4.7-Flash',
    'google-gemma-4-31B-it',
    'Bielik-11B-v3.0-Instruct',
    'mistralai-Ministral-3-14B-Reasoning-2512',
  ])('%s gets the thoughts behind an earlier call, as the field the template reads', (name) => {
    const { chat } = template(`${name}.jinja`);
    const prompt = chat.prompt({
      messages: [
        question,
        {
          role: 'assistant',
          content: '',
          reasoning_content: 'It is about Paris.',
          tool_calls: [call('call_1', PARIS)],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
      ],
      tools,
    });
    expect(prompt).toContain('It is about Paris.');
  });
});

/** Without the turn's head, which the generation prompt holds: Llama's calls must begin the answer. */
const answerText = (text: string): string =>
  text.replace(/^[\s\S]*?<\|end_header_id\|>\s*/, '').replace(/^<think>\s*<\/think>\s*/, '');
