// What policies may look at: one request as plain facts. Pure: the clock is given. Bounded in time for
// any size of prompt; an ordinary chat takes a few microseconds.
import type { ChatMessage, ChatRequest, ContentPart } from '../contract/chat.ts';
import type { Goals, RequestFacts, Sensitivity } from '../contract/policy.ts';
import type { Capabilities } from '../contract/tier.ts';
import { difficultyOf } from '../policies/classify/difficulty.ts';
import { guessLanguage } from '../policies/classify/language.ts';
import { guessTask } from '../policies/classify/task.ts';
import type { TextCounts } from '../policies/classify/text-counts.ts';
import { addText, emptyCounts } from '../policies/classify/text-counts.ts';
import { topicsOf } from '../policies/classify/topics.ts';
import { readWords } from '../policies/classify/words.ts';
import { gapOf } from '../policies/gap/gap.ts';
import { kindOf, type OwnTraffic } from '../policies/gap/own-traffic.ts';
import type { GapPrior } from '../policies/gap/prior.ts';
import { goalsOf } from './goals.ts';
import { overrideOf } from './override.ts';
import { type Labels, NO_LABELS, sensitivityOfRequest } from './sensitivity.ts';

export interface FactsContext {
  requestId: string;
  surface: string;
  /** Name of the API key's owner; "anonymous" where no keys are configured. */
  caller: string;
  /** Lower-case names. Credentials are left out here, whatever is passed. */
  headers: Record<string, string>;
  now: Date;
  /** The caller's, from the config. */
  goals?: Goals;
  session?: RequestFacts['session'];
  /** What was learned from own traffic. */
  own?: OwnTraffic | null;
  /** What is known of the levels' quality. */
  prior?: GapPrior;
  /** Labels of callers and topics. Default: all public. */
  labels?: Labels;
}

export interface FoundValues {
  /** Number of findings by type. */
  counts: Record<string, number>;
  sensitivity: Sensitivity;
  /** Looking for them failed. */
  failed?: boolean;
}

/** What chat formats add around each message, and the opening of the answer. */
const TOKENS_PER_MESSAGE = 4;
const TOKENS_PER_REPLY_START = 3;
/** A middling picture; upstreams count by size (85 to about 1,500 tokens). */
const TOKENS_PER_IMAGE = 765;
/** Serialised tool definitions: code units per token. */
const TOOL_CHARS_PER_TOKEN = 4;

const lastUserMessage = ({ messages }: ChatRequest): ChatMessage | null =>
  messages.findLast(({ role }) => role === 'user') ?? null;

/** The text of the last user message: what task, difficulty and gap are read from. */
export function askOf(request: ChatRequest): string {
  const last = lastUserMessage(request);
  return last === null ? '' : textOf(last);
}

/** @throws {GatewayError} INVALID_REQUEST when an override header has no valid value. */
export function gatherFacts(
  request: ChatRequest,
  context: FactsContext,
  inspection: FoundValues,
): RequestFacts {
  const others = emptyCounts();
  const parts = { images: 0, audio: 0 };
  let turns = 0;
  let inToolLoop = false;
  let system: ChatMessage | null = null;
  const last = lastUserMessage(request);
  const askCounts = emptyCounts();
  for (const message of request.messages) {
    if (message.role === 'user') turns += 1;
    else if (message.role === 'tool' || message.role === 'function') inToolLoop = true;
    else if (system === null && (message.role === 'system' || message.role === 'developer')) system = message;
    addMessage(message === last ? askCounts : others, message, parts);
  }
  const ask = last === null ? '' : textOf(last);
  const words = readWords(ask, system === null ? '' : textOf(system));

  const tools = request.tools?.length ?? 0;
  const promptTokens = Math.ceil(
    others.tokens +
      askCounts.tokens +
      request.messages.length * TOKENS_PER_MESSAGE +
      TOKENS_PER_REPLY_START +
      parts.images * TOKENS_PER_IMAGE +
      countIds(request.input_ids) +
      (tools > 0 ? JSON.stringify(request.tools).length / TOOL_CHARS_PER_TOKEN : 0),
  );
  const needs = needsOf(request, parts);
  const task = guessTask({ ask, counts: askCounts, words, hasTools: tools > 0, inToolLoop });
  const difficulty = difficultyOf({
    task,
    counts: askCounts,
    hardWords: words.hardWords,
    promptTokens,
    turns,
    tools,
    strictOutput: needs.jsonSchema,
  });
  const language = guessLanguage(askCounts, words.languageVotes);
  const limit = request.max_completion_tokens ?? request.max_tokens ?? null;
  const headers = withoutCredentials(context.headers);
  const topics = topicsOf(request);
  const { declared, sensitivity } = sensitivityOfRequest(
    { found: inspection.sensitivity, topics },
    context,
    context.labels ?? NO_LABELS,
  );
  return {
    requestId: context.requestId,
    surface: context.surface,
    caller: context.caller,
    model: request.model,
    stream: request.stream === true,
    ...(request.input_ids && { tokenInput: true }),
    promptTokens,
    maxOutputTokens: limit,
    choices: request.n ?? 1,
    messageCount: request.messages.length,
    needs,
    task,
    difficulty,
    gap: gapOf(
      {
        ask,
        task,
        promptTokens,
        turns,
        tools,
        strictOutput: needs.jsonSchema,
        kind: kindOf(context.caller, task),
      },
      context.own,
      context.prior,
    ),
    language,
    findings: inspection.counts,
    sensitivity,
    declaredSensitivity: declared,
    topics,
    ...(inspection.failed && { scanFailed: true }),
    headers,
    time: localTime(context.now),
    override: overrideOf(request.model, headers),
    goals: goalsOf(headers, context.goals ?? {}),
    ...(context.session && { session: context.session }),
  };
}

function addMessage(
  counts: TextCounts,
  message: ChatMessage,
  parts: { images: number; audio: number },
): void {
  const { content } = message;
  if (typeof content === 'string') addText(counts, content);
  else if (Array.isArray(content)) for (const part of content) addPart(counts, part, parts);
  for (const call of message.tool_calls ?? []) {
    if (call.function !== undefined) addText(counts, `${call.function.name} ${call.function.arguments}`);
  }
}

function addPart(counts: TextCounts, part: ContentPart, parts: { images: number; audio: number }): void {
  if (typeof part.text === 'string') addText(counts, part.text);
  if (part.type === 'image_url' || part.type === 'input_image') parts.images += 1;
  else if (part.type === 'input_audio') parts.audio += 1;
}

function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (typeof part.text === 'string' ? part.text : '')).join('\n');
}

function needsOf(request: ChatRequest, parts: { images: number; audio: number }): Capabilities {
  const format = request.response_format?.type;
  return {
    tools: (request.tools?.length ?? 0) > 0 && request.tool_choice !== 'none',
    jsonMode: format === 'json_object',
    jsonSchema: format === 'json_schema',
    vision: parts.images > 0,
    audio:
      parts.audio > 0 || (Array.isArray(request['modalities']) && request['modalities'].includes('audio')),
    logprobs: request.logprobs === true || (request.top_logprobs ?? 0) > 0,
    multipleChoices: (request.n ?? 1) > 1,
  };
}

const countIds = (ids: ChatRequest['input_ids']): number => (ids ? ids.flat().length : 0);

const CREDENTIALS = /^(authorization|proxy-authorization|cookie|set-cookie)$|api-?key|token|secret/;

function withoutCredentials(headers: Record<string, string>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name in headers) if (!CREDENTIALS.test(name)) kept[name] = headers[name]!;
  return kept;
}

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

function localTime(now: Date): RequestFacts['time'] {
  const hour = now.getHours();
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return {
    iso: `${date}T${two(hour)}:${two(now.getMinutes())}:${two(now.getSeconds())}`,
    hour,
    weekday: now.getDay(),
  };
}
