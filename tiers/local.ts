// Level 1: the engine host of this machine, over its Unix socket. Its state is in local-connection.ts, its supervision in
// local-host.ts.
import type { Dispatcher, Pool } from 'undici';
import { Cancellation, type CancelSignal } from '../contract/cancellation.ts';
import type { ChatAnswer, ChatChunk, ChatCompletion, ChatEvent, ChatRequest } from '../contract/chat.ts';
import { ERRORS, type ErrorCode, GatewayError } from '../contract/errors.ts';
import type { AttemptContext, Outgoing, Surface, Target, TargetRunner } from '../contract/tier.ts';
import { HOW_TO_GIVE_A_MODEL } from '../engine/catalog.ts';
import { tokenCounter } from './count-tokens.ts';
import type { EngineHost, LocalHostFacts } from './local-connection.ts';
import { parseSse } from './sse.ts';
import {
  chatChunkOfText,
  chatOfEmbeddings,
  chatOfRerank,
  chatOfText,
  embeddingsRequest,
  rerankRequest,
  textRequest,
} from './surfaces.ts';

export interface LocalRunner extends TargetRunner {
  /** What the running host says of itself, null while it is not ready. */
  facts(): LocalHostFacts | null;
  /** Process id of the running host. */
  pid(): number | null;
}

const MAX_ERROR_BYTES = 64 * 1024;

/** @param host null: there is no model file, and every request is answered with how to give one */
export const localRunner = (target: Target, host: EngineHost | null): LocalRunner =>
  host === null ? runnerWithoutModel(target) : runnerWithHost(target, host);

function runnerWithHost(target: Target, host: EngineHost): LocalRunner {
  async function post(path: string, body: string, signal: CancelSignal): Promise<Dispatcher.ResponseData> {
    let pool: Pool | null = null;
    try {
      pool = await host.pool(signal);
      const response = await pool.request({
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: signal as AbortSignal, // undici asks no more of it than a CancelSignal has
      });
      if (response.statusCode === 200) return response;
      throw await hostError(response);
    } catch (error) {
      throw attemptError(error, signal);
    }
  }

  /** By the model's own tokenizer; while no host is ready, by the general one. */
  async function count(body: object): Promise<number> {
    const response = await post('/tokenize', JSON.stringify(body), new Cancellation());
    return ((await response.body.json()) as { count: number }).count;
  }

  let withContext: Target | undefined;
  return {
    /** Its context window is the host's as soon as the host has told it. */
    get target() {
      if (withContext === undefined && host.facts !== null) {
        withContext = { ...target, contextWindow: host.facts.context_tokens };
      }
      return withContext ?? target;
    },
    counter: {
      prompt: (request, model) =>
        host.facts === null ? tokenCounter.prompt(request, model) : count(promptOf(request)),
      text: (text, model) =>
        host.facts === null ? tokenCounter.text(text, model) : count({ content: text }),
    },
    state: () => host.state(),
    facts: () => host.facts,
    pid: () => host.pid,
    close: () => host.close(),

    async chat(
      { request, check, confidenceTokens, surface = 'chat' }: Outgoing,
      { signal }: AttemptContext,
    ): Promise<ChatAnswer> {
      const { path, toWire, fromWire, fromWireChunk } = WIRES[surface];
      const body = JSON.stringify(
        toWire(
          Object.assign({}, request, {
            model: undefined as unknown as string,
            ...(confidenceTokens !== undefined && { confidence_tokens: confidenceTokens }),
            stream_options: request.stream
              ? Object.assign({}, request.stream_options, { include_usage: true })
              : null,
          }),
        ),
      );
      const objection = check?.(body);
      if (objection) throw new GatewayError('EGRESS_BLOCKED', `not sent to ${target.id}: ${objection}`);
      const response = await post(path, body, signal);
      if (request.stream && surface !== 'embeddings')
        return { kind: 'stream', events: chatEvents(response.body, signal, fromWireChunk) };
      try {
        const raw = await response.body.text();
        const parsed = JSON.parse(raw) as ChatCompletion;
        const completion = fromWire(parsed) as ChatCompletion;
        return completion === parsed
          ? { kind: 'completion', completion, raw }
          : { kind: 'completion', completion };
      } catch (error) {
        throw attemptError(error, signal);
      }
    },
  };
}

/** Of a chat, what makes its prompt. */
const promptOf = ({ messages, tools, tool_choice, chat_template_kwargs }: ChatRequest): object => ({
  messages,
  ...(tools && { tools, tool_choice }),
  ...(chat_template_kwargs ? { chat_template_kwargs } : {}),
});

const asItIs = <T>(value: T): T => value;

/** The host's surfaces: where they are, and how they differ from a chat. */
const WIRES: Record<
  Surface,
  {
    path: string;
    toWire(request: ChatRequest): unknown;
    fromWire(body: unknown): unknown;
    fromWireChunk(payload: unknown): unknown;
  }
> = {
  chat: { path: '/v1/chat/completions', toWire: asItIs, fromWire: asItIs, fromWireChunk: asItIs },
  completions: {
    path: '/v1/completions',
    toWire: textRequest,
    fromWire: chatOfText,
    fromWireChunk: chatChunkOfText,
  },
  embeddings: {
    path: '/v1/embeddings',
    toWire: embeddingsRequest,
    fromWire: (body) => chatOfEmbeddings(body, () => null),
    fromWireChunk: asItIs,
  },
  rerank: {
    path: '/v1/rerank',
    toWire: rerankRequest,
    fromWire: (body) => chatOfRerank(body, () => null),
    fromWireChunk: asItIs,
  },
};

async function* chatEvents(
  body: Dispatcher.ResponseData['body'],
  signal: CancelSignal,
  fromWireChunk: (payload: unknown) => unknown,
): AsyncGenerator<ChatEvent[], void, undefined> {
  try {
    for await (const payload of parseSse(body)) {
      if (payload === '[DONE]') return;
      const parsed = JSON.parse(payload) as ChatChunk & { error?: HostErrorBody };
      if (parsed.error) throw errorOf(parsed.error, null, null);
      const chunk = fromWireChunk(parsed) as ChatChunk;
      yield [chunk === parsed ? { chunk, raw: payload } : { chunk }];
    }
    throw crashed(null);
  } catch (error) {
    throw attemptError(error, signal);
  } finally {
    body.on('error', () => {}).destroy();
  }
}

interface HostErrorBody {
  message?: string;
  code?: string;
  param?: string | null;
}

async function hostError(response: Dispatcher.ResponseData): Promise<GatewayError> {
  const text = (await response.body.text()).slice(0, MAX_ERROR_BYTES);
  let body: HostErrorBody = {};
  try {
    body = (JSON.parse(text) as { error?: HostErrorBody }).error ?? {};
  } catch {
    // Not the host's own body: the status alone must do.
  }
  return errorOf(body, response.statusCode, Number(response.headers['retry-after']) || null);
}

/** The host's error as ours: its wire code leads back to the catalogue's entry. */
function errorOf(body: HostErrorBody, status: number | null, retryAfterS: number | null): GatewayError {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  const code = codes.find((name) => ERRORS[name].code === body.code) ?? 'PROVIDER_ERROR';
  const message = body.message ?? `the engine host answered with status ${status ?? 'unknown'}`;
  return new GatewayError(code, message, {
    param: body.param ?? null,
    ...(retryAfterS === null ? {} : { retryAfterS }),
  });
}

const crashed = (cause: unknown): GatewayError =>
  new GatewayError('ENGINE_CRASHED', 'the local engine ended during the request; try again', { cause });

/** What went wrong on the way: a cancelled request, an error already ours, or a host that is gone. */
function attemptError(error: unknown, signal: CancelSignal): GatewayError {
  if (error instanceof GatewayError) return error;
  if (!signal.aborted) return crashed(error);
  return signal.reason instanceof GatewayError
    ? signal.reason
    : new GatewayError('CLIENT_CLOSED', 'the request was cancelled before its answer was complete', {
        cause: error,
      });
}

function runnerWithoutModel(target: Target): LocalRunner {
  const message = `no local model: ${HOW_TO_GIVE_A_MODEL}`;
  const refuse = (): never => {
    throw new GatewayError('NO_LOCAL_MODEL', message);
  };
  return {
    target,
    state: () => ({ available: false, reason: message }),
    facts: () => null,
    pid: () => null,
    chat: async () => refuse(),
    close: async () => {},
  };
}
