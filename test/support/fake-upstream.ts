// A real HTTP server that speaks OpenAI's chat completions, well or badly as told, and keeps every byte it got.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ChatRequest, Usage } from '../../contract/chat.ts';
import {
  type AnswerParts,
  chunkBodies,
  completionBody,
  type FakeToolCall,
  fakeUsage,
  lastUserText,
  usageChunk,
} from './fake-chat-bodies.ts';

/** How one request is answered. An empty object is a good answer that repeats the last user message. */
export interface FakeReply {
  /** The answer's text; without it the last user message comes back. */
  text?: string | ((request: ChatRequest) => string);
  toolCalls?: FakeToolCall[];
  /** Default "stop", or "tool_calls" where there are any. */
  finishReason?: string;
  /** Characters per streamed delta, taken in turn; default [4]. */
  chunkSizes?: number[];
  /** Default counted by the fake; null: never reported. */
  usage?: Usage | null;
  /** Where a stream reports usage: a chunk of its own if the client asked (OpenAI), or beside the finish reason. */
  usageIn?: 'own-chunk' | 'last-choice';
  /** Status and body as they are, instead of an answer. */
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  gzip?: boolean;
  /** Waits before the headers, and before each streamed chunk. */
  headersAfterMs?: number;
  chunkEveryMs?: number;
  /** After this many chunks of a stream: silence, a broken connection, a clean end, or an error object. */
  stallAfter?: number;
  cutAfter?: number;
  endAfter?: number;
  errorAfter?: number;
  /** Streams are written in pieces of this many bytes, whatever the events are. */
  bytesPerWrite?: number;
}

interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  bodyText: string;
  /** True once the client closed the connection before the answer was whole. */
  aborted: boolean;
}

type FakeHandler = (
  request: ChatRequest,
  received: ReceivedRequest,
  serial: number,
) => FakeReply | Promise<FakeReply>;

export interface FakeUpstreamOptions {
  /** The answer to every request, or a function of the request. */
  reply?: FakeReply | FakeHandler;
  /** False keeps no requests: for load tests. */
  record?: boolean;
  /** 0, the default, takes a free one. */
  port?: number;
}

export interface FakeUpstream {
  /** Base URL with `/v1`, as an OpenAI client takes it. */
  url: string;
  requests: ReceivedRequest[];
  /** Answers for the next requests, before `reply` is used again. */
  next(...replies: FakeReply[]): void;
  /** Number of connections open now. */
  connections(): number;
  close(): Promise<void>;
}

const errorBody = (message: string, type: string, code: string | null): string =>
  JSON.stringify({ error: { message, type, param: null, code } });

/** The failures that gateways meet, with the bodies that OpenAI sends. */
export const FAILURES = {
  unauthenticated: {
    status: 401,
    body: errorBody('Incorrect API key provided: sk-***.', 'invalid_request_error', 'invalid_api_key'),
  },
  modelNotFound: {
    status: 404,
    body: errorBody('The model `nope` does not exist', 'invalid_request_error', 'model_not_found'),
  },
  contextOverflow: {
    status: 400,
    body: errorBody(
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
      'invalid_request_error',
      'context_length_exceeded',
    ),
  },
  badRequest: {
    status: 400,
    body: errorBody("Invalid value for 'temperature'.", 'invalid_request_error', 'invalid_value'),
  },
  rateLimited: {
    status: 429,
    headers: { 'retry-after': '1' },
    body: errorBody('Rate limit reached for gpt-4o.', 'tokens', 'rate_limit_exceeded'),
  },
  serverError: { status: 500, body: errorBody('The server had an error.', 'server_error', null) },
  unavailable: { status: 503, body: errorBody('The engine is currently overloaded.', 'server_error', null) },
  malformedJson: { status: 200, body: '{"id":"chatcmpl-1","choices":[' },
  html: {
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>',
  },
  htmlOk: {
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<!doctype html><title>Log in</title>',
  },
  redirect: { status: 307, headers: { location: 'http://127.0.0.1:1/v1/chat/completions' }, body: '' },
} as const satisfies Record<string, FakeReply>;

function partsOf(request: ChatRequest, reply: FakeReply): AnswerParts {
  const { text } = reply;
  const said = typeof text === 'function' ? text(request) : (text ?? lastUserText(request));
  const toolCalls = reply.toolCalls ?? [];
  return {
    text: said,
    toolCalls,
    finishReason: reply.finishReason ?? (toolCalls.length > 0 ? 'tool_calls' : 'stop'),
    usage: reply.usage === undefined ? fakeUsage(request, said) : reply.usage,
    chunkSizes: reply.chunkSizes ?? [4],
  };
}

function eventTexts(request: ChatRequest, reply: FakeReply, serial: number): string[] {
  const parts = partsOf(request, reply);
  const chunks = chunkBodies(request, parts, serial);
  const last = chunks.at(-1)!;
  if (parts.usage && reply.usageIn === 'last-choice') last.usage = parts.usage;
  else if (parts.usage && request.stream_options?.include_usage) chunks.push(usageChunk(last, parts.usage));
  return chunks.map((chunk) => JSON.stringify(chunk));
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });

async function writeStream(response: ServerResponse, events: string[], reply: FakeReply): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...reply.headers,
  });
  response.flushHeaders();
  const write = async (text: string): Promise<void> => {
    if (!reply.bytesPerWrite) {
      if (!response.write(text)) await drained(response);
      return;
    }
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length && !response.destroyed; at += reply.bytesPerWrite) {
      response.write(bytes.subarray(at, at + reply.bytesPerWrite));
      await sleep(0);
    }
  };
  for (let i = 0; i <= events.length && !response.destroyed; i++) {
    if (i === reply.stallAfter) return;
    if (i === reply.cutAfter) return void response.destroy();
    if (i === reply.endAfter) return void response.end();
    if (i === reply.errorAfter) {
      await write(
        `data: ${errorBody('The server had an error while processing your request.', 'server_error', null)}\n\n`,
      );
      return void response.end();
    }
    if (reply.chunkEveryMs) await sleep(reply.chunkEveryMs);
    await write(`data: ${events[i] ?? '[DONE]'}\n\n`);
  }
  response.end();
}

async function answer(
  request: ChatRequest,
  reply: FakeReply,
  response: ServerResponse,
  serial: number,
): Promise<void> {
  if (reply.headersAfterMs) await sleep(reply.headersAfterMs);
  if (response.destroyed) return;
  if (reply.status === undefined && reply.body === undefined && request.stream) {
    return writeStream(response, eventTexts(request, reply, serial), reply);
  }
  const text = reply.body ?? JSON.stringify(completionBody(request, partsOf(request, reply), serial));
  const body = reply.gzip ? gzipSync(text) : text;
  response.writeHead(reply.status ?? 200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-request-id': `req_fake${serial}`,
    ...(reply.gzip && { 'content-encoding': 'gzip' }),
    ...reply.headers,
  });
  response.end(body);
}

function readBody(message: IncomingMessage, done: (text: string) => void): void {
  const parts: Buffer[] = [];
  message.on('data', (part: Buffer) => parts.push(part));
  message.on('end', () => done(parts.length === 1 ? parts[0]!.toString() : Buffer.concat(parts).toString()));
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

/**
 * Starts a fake upstream on loopback.
 * @example
 * const upstream = await startFakeUpstream({ reply: { text: 'Hello', chunkSizes: [1, 2] } });
 * upstream.next(FAILURES.rateLimited, { cutAfter: 3 }); // the next two requests, then "Hello" again
 */
export async function startFakeUpstream(options: FakeUpstreamOptions = {}): Promise<FakeUpstream> {
  const requests: ReceivedRequest[] = [];
  const queue: FakeReply[] = [];
  const sockets = new Set<Socket>();
  let serial = 0;

  const serve = async (received: ReceivedRequest, response: ServerResponse): Promise<void> => {
    const number = serial++;
    if (received.path.endsWith('/models')) {
      return answer(
        {} as ChatRequest,
        { body: '{"object":"list","data":[{"id":"fake","object":"model"}]}' },
        response,
        number,
      );
    }
    let request: ChatRequest;
    try {
      request = JSON.parse(received.bodyText) as ChatRequest;
    } catch {
      const body = errorBody(
        'We could not parse the JSON body of your request.',
        'invalid_request_error',
        null,
      );
      return answer({} as ChatRequest, { status: 400, body }, response, number);
    }
    const { reply = {} } = options;
    const chosen =
      queue.shift() ?? (typeof reply === 'function' ? await reply(request, received, number) : reply);
    await answer(request, chosen, response, number);
  };

  const server = createServer((message, response) => {
    readBody(message, (bodyText) => {
      const { method = '', url = '', headers } = message;
      const received: ReceivedRequest = { method, path: url, headers, bodyText, aborted: false };
      if (options.record !== false) requests.push(received);
      response.on('close', () => {
        received.aborted = !response.writableFinished;
      });
      serve(received, response).catch((error: unknown) => response.destroy(error as Error));
    });
  });
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    next: (...replies) => void queue.push(...replies),
    connections: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
