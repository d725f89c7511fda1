// A client's conversation to prompt tokens. Control tokens come from the template alone: `<|im_end|>` written by a
// user, or inside a document that is quoted, stays text and cannot end a turn or open a forged one.
import type { ChatMessage } from '../contract/chat.ts';
import type { Model } from './model.ts';

/** A noncharacter (never in interchanged text): splits what must not be read as one control token. */
const SPLIT = '\uFDD0';
/** What control tokens begin with in the known vocabularies. */
const OPENING = /[<[]/g;

interface Conversation {
  messages: readonly ChatMessage[];
  /** For the chat template. */
  variables: Record<string, unknown>;
}

/** @throws {GatewayError} INVALID_REQUEST, UNSUPPORTED_FEATURE from the chat template */
export function chatPromptTokens(model: Model, { messages, variables }: Conversation): Int32Array {
  const guard = textGuard(model);
  const guarded = messages.map((message) =>
    message.role === 'assistant' ? message : withText(message, guard.plainText),
  );
  const prompt = model.chatTemplate.prompt({ messages: guarded, variables });
  return guard.tokens(prompt, (text) => model.promptTokens(text));
}

/** Keeps the texts that a template is filled with from being read as control tokens. */
export function textGuard(model: Model) {
  let isSplit = false;
  return {
    plainText(text: string): string {
      const asText = model.tokenize(text);
      const asPrompt = model.tokenize(text, { parseSpecial: true });
      if (asText.length === asPrompt.length && asText.every((token, index) => token === asPrompt[index]))
        return text;
      isSplit = true;
      return text.replaceAll(OPENING, `$&${SPLIT}`);
    },
    /** Of the filled template; `begin` makes the tokens of its first part. */
    tokens(prompt: string, begin: (text: string) => Int32Array): Int32Array {
      if (!isSplit) return begin(prompt);
      const [first = '', ...rest] = prompt.split(SPLIT);
      const pieces = [begin(first), ...rest.map((text) => model.tokenize(text, { parseSpecial: true }))];
      return Int32Array.from(pieces.flatMap((tokens) => [...tokens]));
    },
  };
}

function withText(message: ChatMessage, change: (text: string) => string): ChatMessage {
  const { content } = message;
  if (typeof content === 'string') return { ...message, content: change(content) };
  if (!Array.isArray(content)) return message;
  const parts = content.map((part) =>
    typeof part.text === 'string' ? { ...part, text: change(part.text) } : part,
  );
  return { ...message, content: parts };
}
