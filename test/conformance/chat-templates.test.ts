// Real models' chat templates against renderings by Python's Jinja2 (see shared/data/MANIFEST.md), llama.cpp's own cases,
// and minja's cases of Jinja's syntax.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';
import type { ChatMessage } from '../../contract/chat.ts';
import type { GatewayError } from '../../contract/errors.ts';
import { createChatTemplate } from '../../engine/chat-template.ts';
import { compileJinja } from '../../engine/jinja.ts';

const folder = join(packageRoot, '..', 'shared', 'data', 'chat_templates');
const present = existsSync(folder);
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

interface Golden {
  template: string;
  context: string;
  add_generation_prompt: boolean;
  expected?: string;
  error?: string;
}

interface Context {
  messages: ChatMessage[];
  bos_token: string;
  eos_token: string;
  [variable: string]: unknown;
}

const goldens: Golden[] = present ? JSON.parse(read('golden_renderings.json')) : [];
const contexts: Record<string, Context> = present ? JSON.parse(read('golden_contexts.json')) : {};

function render(golden: Golden): string {
  const { messages, bos_token, eos_token, tools, ...variables } = contexts[golden.context]!;
  delete variables['add_generation_prompt'];
  // The recorded renderings of the one template that reads it (Llama 3.1) were made without this variable.
  delete variables['tools_in_user_message'];
  const template = createChatTemplate({
    source: read(`templates/${golden.template}`),
    bosToken: bos_token,
    eosToken: eos_token,
    hasChatMl: false,
    now: () => new Date(2025, 5, 15, 12, 30, 0),
  });
  return template.render({
    messages,
    tools: tools as [],
    addGenerationPrompt: golden.add_generation_prompt,
    variables,
  });
}

const outcome = (golden: Golden): string => {
  try {
    return render(golden);
  } catch (error) {
    return `${(error as GatewayError).code}: ${(error as Error).message}`;
  }
};

describe.skipIf(!present)('chat templates of real models (skipped without ../shared/data)', () => {
  for (const golden of goldens) {
    const { template, context } = golden;
    const expected = golden.error
      ? `INVALID_REQUEST: the model's chat template refuses these messages: ${golden.error}`
      : golden.expected!;
    const name = `${template} with ${context}, generation prompt ${golden.add_generation_prompt}`;
    it(`renders ${name} like Python`, () => expect(outcome(golden)).toBe(expected));
  }

  const syntax: {
    template: string;
    options: { trim_blocks: boolean; lstrip_blocks: boolean };
    expected: string;
  }[] = present ? JSON.parse(read('jinja_syntax_cases.json')) : [];
  for (const [index, { template, options, expected }] of syntax.entries()) {
    it(`renders syntax case ${index + 1} as Jinja does: ${JSON.stringify(template).slice(0, 60)}`, () => {
      expect(compileJinja(template, options)({})).toBe(expected);
    });
  }

  const cases: {
    name: string;
    template: string;
    messages: ChatMessage[];
    bos_token: string;
    eos_token: string;
    expected_output_jinja: string;
    supported_with_jinja: boolean;
  }[] = present ? JSON.parse(read('llamacpp_cases.json')) : [];
  for (const sample of cases.filter((each) => each.supported_with_jinja)) {
    it(`renders llama.cpp's case ${sample.name}`, () => {
      const template = createChatTemplate({
        source: sample.template,
        bosToken: sample.bos_token,
        eosToken: sample.eos_token,
        hasChatMl: false,
      });
      expect(template.prompt({ messages: sample.messages })).toBe(sample.expected_output_jinja);
    });
  }
});
