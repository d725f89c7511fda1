// One answer as data, and as an upstream sends it: whole, or as the bytes of a stream whose texts are cut at given places; and what
// a client makes of what reached it.
export interface ChoiceSpec {
  content?: string;
  reasoning_content?: string;
  refusal?: string;
  /** Arguments of tool calls, JSON texts. */
  calls?: string[];
}

type Fields = Record<string, unknown>;

export type SpecSurface = 'chat' | 'completions';

export interface AnswerSpec {
  surface: SpecSurface;
  choices: ChoiceSpec[];
  /** Every token of `content` with its log-probability. */
  logprobs?: boolean;
}

/** The texts of a choice by name; calls by their index. */
export const textsOf = (choice: ChoiceSpec): [name: string, text: string][] => [
  ...(['reasoning_content', 'content', 'refusal'] as const).flatMap((name): [string, string][] =>
    choice[name] === undefined ? [] : [[name, choice[name]]],
  ),
  ...(choice.calls ?? []).map((text, i): [string, string] => [`call ${i}`, text]),
];

/** As a tokenizer would cut it: words with the space before them, and single signs. */
export const tokensOf = (text: string): string[] => text.match(/ ?[\p{L}\p{N}]+|[\s\S]/gu) ?? [];

export const logprobOf = (index: number): number => -(index + 1) / 16;

const chatLogprobs = (tokens: readonly string[], from: number) => ({
  content: tokens.map((token, i) => ({
    token,
    logprob: logprobOf(from + i),
    bytes: [...Buffer.from(token)],
    top_logprobs: [{ token, logprob: logprobOf(from + i), bytes: [...Buffer.from(token)] }],
  })),
  refusal: null,
});

function textLogprobs(tokens: readonly string[], from: number, offset: number) {
  let at = offset;
  return {
    tokens,
    token_logprobs: tokens.map((_, i) => logprobOf(from + i)),
    top_logprobs: tokens.map((token, i) => ({ [token]: logprobOf(from + i) })),
    text_offset: tokens.map((token) => {
      at += [...token].length;
      return at - [...token].length;
    }),
  };
}

const HEAD = { id: 'c-1', created: 1_760_000_000, model: 'm' };

const callOf = (text: string, index: number) => ({
  id: `call_${index}`,
  type: 'function',
  function: { name: 'send', arguments: text },
});

export function wholeAnswer({ surface, choices, logprobs }: AnswerSpec): Fields {
  const isChat = surface === 'chat';
  return {
    ...HEAD,
    object: isChat ? 'chat.completion' : 'text_completion',
    choices: choices.map(({ calls, ...texts }, index) => {
      const tokens = tokensOf(texts.content ?? '');
      const scored = logprobs
        ? { logprobs: isChat ? chatLogprobs(tokens, 0) : textLogprobs(tokens, 0, 0) }
        : { logprobs: null };
      return isChat
        ? {
            index,
            message: {
              role: 'assistant',
              content: null,
              ...texts,
              ...(calls && { tool_calls: calls.map(callOf) }),
            },
            ...scored,
            finish_reason: calls ? 'tool_calls' : 'stop',
          }
        : { index, text: texts.content ?? '', ...scored, finish_reason: 'stop' };
    }),
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
}

/** How a text is cut into deltas. Log-probabilities need whole tokens: they are cut by tokens. */
export type Cut = (text: string, name: string) => string[];

const deltaOf = (name: string, text: string): Fields =>
  name.startsWith('call')
    ? { tool_calls: [{ index: Number(name.slice(5)), function: { arguments: text } }] }
    : { [name]: text };

/** The events of the stream: the choices and their texts by turns. */
export function streamedAnswer({ surface, choices, logprobs }: AnswerSpec, cut: Cut): Fields[] {
  const isChat = surface === 'chat';
  const object = isChat ? 'chat.completion.chunk' : 'text_completion';
  const event = (index: number, part: Fields, finish_reason: string | null = null): Fields => ({
    ...HEAD,
    object,
    choices: [{ index, ...part, finish_reason }],
  });
  const queues = choices.flatMap((choice, index) =>
    textsOf(choice).map(([name, text]) => {
      let count = 0;
      let offset = 0;
      const isScored = logprobs === true && name === 'content';
      const pieces = isScored ? tokensOf(text) : cut(text, name);
      return pieces.map((piece) => {
        const scored = isScored
          ? { logprobs: isChat ? chatLogprobs([piece], count) : textLogprobs([piece], count, offset) }
          : {};
        count += 1;
        offset += [...piece].length;
        return event(index, isChat ? { delta: deltaOf(name, piece), ...scored } : { text: piece, ...scored });
      });
    }),
  );
  const events: Fields[] = [];
  if (isChat)
    events.push(...choices.map((_, index) => event(index, { delta: { role: 'assistant', content: '' } })));
  while (queues.some((queue) => queue.length > 0))
    for (const queue of queues) events.push(...queue.splice(0, 1));
  choices.forEach((choice, index) => {
    const finish = choice.calls ? 'tool_calls' : 'stop';
    events.push(event(index, isChat ? { delta: {} } : { text: '' }, finish));
  });
  return events;
}

export const sseText = (events: readonly Fields[]): string =>
  `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`;

interface ReadTokens {
  text: string;
  logprob: number;
  offset: number | null;
}

/** What a client has in the end, by choice and text. */
export interface ReadAnswer {
  texts: Record<string, string>;
  /** By choice. */
  tokens: Record<number, ReadTokens[]>;
  finished: Record<number, string>;
}

const emptyAnswer = (): ReadAnswer => ({ texts: {}, tokens: {}, finished: {} });

function addLogprobs(read: ReadAnswer, index: number, logprobs: unknown): void {
  if (typeof logprobs !== 'object' || logprobs === null) return;
  const { content, tokens, token_logprobs, text_offset } = logprobs as Record<string, unknown[] | undefined>;
  const list = read.tokens[index] ?? [];
  read.tokens[index] = list;
  for (const one of content ?? []) {
    const { token, logprob, bytes } = one as { token: string; logprob: number; bytes: number[] };
    if (Buffer.from(bytes).toString() !== token) throw new Error(`bytes of ${JSON.stringify(token)} differ`);
    list.push({ text: token, logprob, offset: null });
  }
  for (const [i, token] of (tokens ?? []).entries())
    list.push({
      text: token as string,
      logprob: token_logprobs![i] as number,
      offset: text_offset![i] as number,
    });
}

function addChoice(read: ReadAnswer, choice: Fields): void {
  const index = choice['index'] as number;
  if (read.finished[index] !== undefined) throw new Error(`choice ${index} goes on after its end`);
  const part = (choice['delta'] ?? choice['message'] ?? { content: choice['text'] }) as Fields;
  const add = (name: string, text: unknown): void => {
    if (typeof text === 'string' && text !== '')
      read.texts[`${index} ${name}`] = (read.texts[`${index} ${name}`] ?? '') + text;
  };
  for (const name of ['content', 'reasoning_content', 'refusal']) add(name, part[name]);
  for (const [i, call] of ((part['tool_calls'] ?? []) as Fields[]).entries())
    add(`call ${call['index'] ?? i}`, (call['function'] as Fields)['arguments']);
  addLogprobs(read, index, choice['logprobs']);
  if (choice['finish_reason']) read.finished[index] = choice['finish_reason'] as string;
}

export function readWhole(body: Fields): ReadAnswer {
  const read = emptyAnswer();
  for (const choice of body['choices'] as Fields[]) addChoice(read, choice);
  return read;
}

/** @throws {Error} when the stream has no `[DONE]` */
export function readStream(sse: string): ReadAnswer {
  const read = emptyAnswer();
  const payloads = sse
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: '))
    .map((frame) => frame.slice(6));
  if (payloads.at(-1) !== '[DONE]') throw new Error('the stream has no [DONE]');
  for (const payload of payloads.slice(0, -1))
    for (const choice of (JSON.parse(payload) as { choices: Fields[] }).choices) addChoice(read, choice);
  return read;
}
