// The workload that models are compared on: a file with one prompt a line, or captured requests of the ledger.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { displayPath } from '../../contract/built-file.ts';
import type { ChatRequest } from '../../contract/chat.ts';
import { GatewayError } from '../../contract/errors.ts';
import type { Capture } from '../../store/requests.ts';
import { parseChatRequest } from '../wire/openai-chat.ts';

/** How an answer is compared with the expected one where both are prose. */
export const MATCHES = ['same', 'contains', 'overlap'] as const;
export type Match = (typeof MATCHES)[number];

export interface AdvisePrompt {
  id: string;
  request: ChatRequest;
  /** Any of these answers is right; empty: none is known. JSON values as JSON text. */
  expected: string[];
  match: Match;
}

const jsonObject = z.record(z.string(), z.unknown());
const written = z
  .strictObject({
    id: z.union([z.string(), z.number()]).optional(),
    prompt: z.string().min(1).optional(),
    request: jsonObject.optional(),
    expected: z.union([z.string(), z.array(z.string()).min(1), jsonObject]).optional(),
    schema: jsonObject.optional(),
    match: z.enum(MATCHES).optional(),
  })
  .refine(
    ({ prompt, request }) => (prompt === undefined) !== (request === undefined),
    'give prompt or request',
  );

export interface PromptDefaults {
  match: Match;
  /** For requests without a limit of their own. */
  maxTokens: number;
}

/** What every model is asked alike: no chance, a limit, the whole answer. */
function comparable(request: ChatRequest, { maxTokens }: PromptDefaults): ChatRequest {
  const { stream: _, stream_options: __, n: ___, ...rest } = request;
  const limit = rest.max_completion_tokens ?? rest.max_tokens ?? maxTokens;
  return { ...rest, max_completion_tokens: null, max_tokens: limit, temperature: 0, seed: 0 };
}

const expectedOf = (expected: z.infer<typeof written>['expected']): string[] =>
  expected === undefined
    ? []
    : typeof expected === 'string'
      ? [expected]
      : Array.isArray(expected)
        ? expected
        : [JSON.stringify(expected)];

/** @throws {GatewayError} INVALID_REQUEST with the line's number */
function promptOf(line: string, number: number, file: string, defaults: PromptDefaults): AdvisePrompt {
  const refused = (why: string): GatewayError =>
    new GatewayError('INVALID_REQUEST', `${displayPath(file)}, line ${number}: ${why}`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw refused('is not JSON; write {"prompt": "...", "expected": "..."}');
  }
  const parsed = written.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw refused(`${path.join('.') || 'the line'}: ${message}`);
  }
  const { id, prompt, request, expected, schema, match } = parsed.data;
  const body: Record<string, unknown> = {
    model: 'auto',
    ...(request ?? { messages: [{ role: 'user', content: prompt }] }),
    ...(schema && { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } }),
  };
  try {
    const asked = parseChatRequest(JSON.stringify(body));
    return {
      id: String(id ?? number),
      request: comparable(asked, defaults),
      expected: expectedOf(expected),
      match: match ?? defaults.match,
    };
  } catch (error) {
    throw refused((error as Error).message);
  }
}

/** @throws {GatewayError} INVALID_REQUEST for a file that is missing, empty, or has a line that is no prompt */
export function readPrompts(file: string, defaults: PromptDefaults): AdvisePrompt[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new GatewayError(
      'INVALID_REQUEST',
      `cannot read the prompts ${file} (${reason}); give a JSONL file`,
    );
  }
  const prompts = text
    .split('\n')
    .flatMap((line, i) => (line.trim() === '' ? [] : [promptOf(line, i + 1, file, defaults)]));
  if (prompts.length === 0)
    throw new GatewayError('INVALID_REQUEST', `${displayPath(file)} holds no prompt; write one a line`);
  return prompts;
}

export const capturedPrompts = (captures: readonly Capture[], defaults: PromptDefaults): AdvisePrompt[] =>
  captures.map(({ id, request }) => ({
    id,
    request: comparable(JSON.parse(request) as ChatRequest, defaults),
    expected: [],
    match: defaults.match,
  }));
