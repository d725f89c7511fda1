// Messages to the prompt text a model was trained on, by the Jinja template inside its GGUF file.
// Without one: ChatML where the vocabulary has its two tokens, else plain text (see `plainPrompt`).
import type { ChatMessage, ToolDefinition } from '../contract/chat.ts';
import { GatewayError } from '../contract/errors.ts';
import { type AnswerFormat, answerFormatOf } from './answer-format/answer-format.ts';
import { compileJinja, type JinjaTemplate, TemplateRefusal } from './jinja.ts';
import { strftime } from './strftime.ts';
import { probeTemplate, type TemplateAbilities } from './template-abilities.ts';
import { describeTools, filledTools, fitTurns, type TextMessage } from './tool-conversation.ts';

export interface ChatTemplateOptions {
  /** `tokenizer.chat_template`, empty when the file has none. */
  source: string;
  /** Text of the special tokens, empty when there is none. */
  bosToken: string;
  eosToken: string;
  /** The vocabulary has `<|im_start|>` and `<|im_end|>` as single tokens. */
  hasChatMl: boolean;
  /** For `strftime_now`; the machine's clock when left out. */
  now?: () => Date;
}

interface TemplateInput {
  messages: readonly ChatMessage[];
  tools?: readonly ToolDefinition[] | null;
  /** Ask for the assistant's turn; true unless said otherwise. */
  addGenerationPrompt?: boolean;
  /** Further variables that some templates read, e.g. `enable_thinking`. They cannot replace the standard ones. */
  variables?: Record<string, unknown>;
}

export interface ChatTemplate {
  /** Where it comes from. */
  readonly kind: 'file' | 'chatml' | 'plain';
  /** What the answers look like. */
  readonly answerFormat: AnswerFormat;
  /**
   * What the template makes of exactly this input.
   * @throws {GatewayError} INVALID_REQUEST with the template's own words when it refuses the conversation,
   * UNSUPPORTED_FEATURE for images and other content that is not text
   */
  render(input: TemplateInput): string;
  /**
   * The prompt for a client's conversation (it may begin with BOS). Adapts what OpenAI clients send to what
   * templates expect: tools, calls, results and thoughts in the form that the template renders, as plain text where it
   * renders none, and system text in front of the first user message where it has no system role.
   * @throws {GatewayError} as `render`
   */
  prompt(input: TemplateInput): string;
}

const CHATML = `{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`;

/** @throws {GatewayError} UNSUPPORTED_FEATURE when the file's template cannot be parsed */
export function createChatTemplate(options: ChatTemplateOptions): ChatTemplate {
  const source = options.source || (options.hasChatMl ? CHATML : '');
  if (!source) return plainTemplate();
  const compiled = compile(source);
  const keepsDeveloper = source.includes('developer');
  const now = options.now ?? (() => new Date());
  const variablesOf = (input: Omit<TemplateInput, 'messages'>) => ({
    ...input.variables,
    add_generation_prompt: input.addGenerationPrompt ?? true,
    bos_token: options.bosToken,
    eos_token: options.eosToken,
    strftime_now: (format: string) => strftime(now(), format),
    ...(input.tools?.length ? { tools: input.tools } : {}),
  });
  const render = (input: Omit<TemplateInput, 'messages'>, messages: readonly object[]): string => {
    try {
      return compiled({ ...variablesOf(input), messages });
    } catch (error) {
      throw renderingError(error);
    }
  };
  const abilities = once(() => probeTemplate((messages, variables = {}) => render({ variables }, messages)));
  const format = once(() => answerFormatOf(source, abilities().tools !== null));
  const rendersSystem = once(() => showsSystemText((probe) => render({}, probe)));
  const renderTurns = (input: Omit<TemplateInput, 'messages'>, messages: TextMessage[]): string => {
    const hasSystem = messages.some((message) => message.role === 'system');
    const placed = hasSystem && !rendersSystem() ? systemIntoUser(messages) : messages;
    return render(input, placed.some(needsFitting) ? fitTurns(placed, abilities(), format().family) : placed);
  };
  return {
    kind: options.source ? 'file' : 'chatml',
    get answerFormat() {
      return format();
    },
    render: (input) => render(input, input.messages.map(textMessage)),
    prompt(input) {
      const named = input.messages
        .map(textMessage)
        .map((message) =>
          message.role === 'developer' && !keepsDeveloper ? { ...message, role: 'system' } : message,
        );
      const { tools, ...rest } = input;
      if (!tools?.length) return renderTurns(rest, named);
      const withTools = (described: readonly ToolDefinition[]): string => {
        const { messages, variables } = describeTools(
          named,
          described,
          abilities().tools,
          format().isGeneric,
        );
        return renderTurns({ ...rest, variables: { ...rest.variables, ...variables } }, messages);
      };
      try {
        return withTools(tools);
      } catch {
        return withTools(filledTools(tools));
      }
    },
  };
}

const NO_ABILITIES: TemplateAbilities = { tools: null, calls: null, toolResults: false, reasoning: null };

function plainTemplate(): ChatTemplate {
  const answerFormat = answerFormatOf('', false);
  const render = ({ messages }: TemplateInput) => plainPrompt(messages.map(textMessage));
  return {
    kind: 'plain',
    answerFormat,
    render,
    prompt({ messages, tools }) {
      const described = tools?.length
        ? describeTools(messages.map(textMessage), tools, null, true).messages
        : messages.map(textMessage);
      return plainPrompt(fitTurns(described, NO_ABILITIES, answerFormat.family) as TextMessage[]);
    },
  };
}

/** Calls, results, thoughts, and fields that say nothing. */
const needsFitting = (message: TextMessage): boolean =>
  message.role === 'tool' || ['tool_calls', 'reasoning_content', 'reasoning'].some((key) => key in message);

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Renders a probe: does the template put a system message into the prompt, or does it refuse or drop it? */
function showsSystemText(render: (messages: TextMessage[]) => string): boolean {
  const marker = 'tiergate-probe';
  try {
    return render([
      { role: 'system', content: marker },
      { role: 'user', content: 'hello' },
    ]).includes(marker);
  } catch {
    return false;
  }
}

function systemIntoUser(messages: readonly TextMessage[]): TextMessage[] {
  const system = messages.filter((message) => message.role === 'system').map((message) => message.content);
  const others = messages.filter((message) => message.role !== 'system');
  const first = others.findIndex((message) => message.role === 'user');
  if (first < 0) return [{ role: 'user', content: system.join('\n') }, ...others];
  return others.map((message, index) =>
    index === first ? { ...message, content: [...system, message.content].join('\n') } : message,
  );
}

function compile(source: string): JinjaTemplate {
  try {
    return compileJinja(source);
  } catch (error) {
    throw new GatewayError(
      'UNSUPPORTED_FEATURE',
      `the model's chat template cannot be parsed (${(error as Error).message}); use a file with another template`,
      { cause: error },
    );
  }
}

function renderingError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const reason = (error as Error).message;
  return error instanceof TemplateRefusal
    ? new GatewayError('INVALID_REQUEST', `the model's chat template refuses these messages: ${reason}`, {
        param: 'messages',
      })
    : new GatewayError('UNSUPPORTED_FEATURE', `the model's chat template cannot be rendered: ${reason}`, {
        cause: error,
      });
}

/** Content parts become one text. */
function textMessage(message: ChatMessage, index: number): TextMessage {
  const { content } = message;
  if (!Array.isArray(content)) return { ...message, content: content ?? '' };
  const texts = content.map((part, place) => {
    const text = part.type === 'refusal' ? part.refusal : part.text;
    if ((part.type === 'text' || part.type === 'refusal') && typeof text === 'string') return text;
    throw new GatewayError(
      'UNSUPPORTED_FEATURE',
      `the local engine reads text only, not a content part of type "${part.type}"; send text, or ask for a target with vision`,
      { param: `messages[${index}].content[${place}]` },
    );
  });
  return { ...message, content: texts.join('') };
}

const SPEAKERS: Record<string, string> = { assistant: 'Assistant', tool: 'Tool', function: 'Tool' };

/**
 * For base models without a chat format: system texts stand first, each followed by an empty line. A single user
 * message follows as it is, to be continued; a longer conversation is a transcript of `User:` and `Assistant:`
 * lines that ends with `Assistant:`.
 */
function plainPrompt(messages: readonly TextMessage[]): string {
  const isSystem = (message: TextMessage) => message.role === 'system' || message.role === 'developer';
  const preamble = messages.filter(isSystem).map((message) => `${message.content}\n\n`);
  const turns = messages.filter((message) => !isSystem(message));
  if (turns.length === 1 && turns[0]!.role === 'user') return preamble.join('') + turns[0]!.content;
  const lines = turns.map((turn) => `${SPEAKERS[turn.role] ?? 'User'}: ${turn.content}\n`);
  return `${preamble.join('')}${lines.join('')}Assistant:`;
}
