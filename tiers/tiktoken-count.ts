// Token counts by tiktoken. Exact for OpenAI's models on texts of up to 2048 characters, an estimate for everything
// else. The work is bounded: a long text is counted in pieces, a very long one by a sample. Loading an encoding takes
// some hundred milliseconds of CPU, so the gateway runs this in a thread (tiers/count-thread.ts).
// Source: OpenAI cookbook, "How to count tokens with tiktoken" (message overhead).
import { createRequire } from 'node:module';
import type { Tiktoken } from 'tiktoken/lite';
import type { ChatMessage, ChatRequest } from '../contract/chat.ts';

/** Byte-pair merging is quadratic on text without spaces: no piece is longer. */
const PIECE_CHARS = 2048;
/** Beyond this many characters only a sample, evenly spread, is counted. */
const MAX_COUNTED_CHARS = 64 * PIECE_CHARS;

/** Three of the frame, one of the role. */
const TOKENS_PER_MESSAGE = 4;
const TOKENS_PER_NAME = 1;
/** Every answer is primed with `<|start|>assistant<|message|>`. */
const TOKENS_OF_PRIMING = 3;
/** A 1024 x 1024 image in high detail (OpenAI vision guide, gpt-4o); others are estimated by it. */
const TOKENS_PER_IMAGE = 765;

type EncodingName = 'o200k_base' | 'cl100k_base';

/** GPT-3.5 and GPT-4 (not 4o, 4.1, 4.5) have cl100k_base; everything newer or unknown is counted as o200k_base. */
export const encodingFor = (model: string): EncodingName =>
  /(?:^|\/)(?:gpt-3\.?5|gpt-4(?![o.\d])|text-embedding-)/.test(model) ? 'cl100k_base' : 'o200k_base';

interface Ranks {
  bpe_ranks: string;
  special_tokens: Record<string, number>;
  pat_str: string;
}

// Required, not imported: the package's types describe its CommonJS ranks as an ES module.
const require = createRequire(import.meta.url);
const loaded = new Map<EncodingName, Tiktoken>();

/** Loads an encoding once, when it is first needed. */
function load(name: EncodingName): Tiktoken {
  let encoding = loaded.get(name);
  if (!encoding) {
    const { Tiktoken: Encoding } = require('tiktoken/lite') as typeof import('tiktoken/lite');
    const ranks = require(`tiktoken/encoders/${name}`) as Ranks;
    encoding = new Encoding(ranks.bpe_ranks, ranks.special_tokens, ranks.pat_str);
    loaded.set(name, encoding);
  }
  return encoding;
}

/** Cuts before a space where there is one near, so that few words are torn. */
function pieceEnd(text: string, start: number): number {
  const end = start + PIECE_CHARS;
  if (end >= text.length) return text.length;
  const space = text.lastIndexOf(' ', end);
  if (space > start + PIECE_CHARS / 2) return space;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last < 0xdc00 ? end - 1 : end; // never inside a surrogate pair
}

/** Tokens of a text. */
export function countText(text: string, model: string): number {
  if (text === '') return 0;
  const encoding = load(encodingFor(model));
  if (text.length <= PIECE_CHARS) return encoding.encode_ordinary(text).length;
  const stride = Math.max(1, text.length / MAX_COUNTED_CHARS);
  let tokens = 0;
  let chars = 0;
  for (let start = 0; start < text.length; ) {
    const end = pieceEnd(text, start);
    tokens += encoding.encode_ordinary(text.slice(start, end)).length;
    chars += end - start;
    start = stride === 1 ? end : Math.max(end, Math.floor(start + PIECE_CHARS * stride));
  }
  return Math.round((tokens / chars) * text.length);
}

/** The parts of a message that cost tokens, each tokenised on its own. */
function messageTexts({ content, name, tool_calls }: ChatMessage): string[] {
  const prose =
    typeof content === 'string'
      ? content
      : (content ?? []).map((part) => part.text ?? part.refusal ?? '').join('');
  const calls = (tool_calls ?? []).flatMap((call) => [
    call.function?.name ?? '',
    call.function?.arguments ?? '',
  ]);
  return [prose, name ?? '', ...calls];
}

const imagesIn = (message: ChatMessage): number =>
  Array.isArray(message.content) ? message.content.filter((part) => part.type === 'image_url').length : 0;

/** Prompt tokens of a whole request: messages with their overhead, images, and tools by the length of their JSON. */
export function countPrompt(request: Pick<ChatRequest, 'messages' | 'tools'>, model: string): number {
  let tokens = TOKENS_OF_PRIMING;
  for (const message of request.messages) {
    tokens += TOKENS_PER_MESSAGE + imagesIn(message) * TOKENS_PER_IMAGE;
    for (const text of messageTexts(message)) tokens += countText(text, model);
    if (message.name) tokens += TOKENS_PER_NAME;
  }
  if (request.tools) tokens += countText(JSON.stringify(request.tools), model);
  return tokens;
}
