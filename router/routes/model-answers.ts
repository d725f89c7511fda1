// The routes that models answer, POST /v1/chat/completions, /v1/completions and /v1/embeddings: the body in, the
// pipeline, the answer out as JSON or server-sent events.
import type { Context, Handler } from 'hono';
import type { ChatRequest } from '../../contract/chat.ts';
import { toGatewayError } from '../../contract/errors.ts';
import type { GatewayEnv } from '../env.ts';
import { idHeaders } from '../middleware/request-id.ts';
import { type Ask, answer, type Gateway, type Reply } from '../pipeline.ts';
import { readBody } from '../wire/body.ts';
import { policyHeaders } from '../wire/headers.ts';
import { parseChatRequest } from '../wire/openai-chat.ts';
import { embeddingsWire, parseEmbeddingsRequest } from '../wire/openai-embeddings.ts';
import { parseTextRequest, textWire } from '../wire/openai-text.ts';
import { SSE_DONE, sseComment, sseError, sseEvent } from '../wire/sse.ts';
import type { SurfaceWire } from '../wire/surface.ts';

const encoder = new TextEncoder();

/** Aborts when the client's socket closes before the response has been written. */
function clientAborter(context: Context<GatewayEnv>): AbortController {
  const aborter = new AbortController();
  const outgoing = context.env.outgoing;
  outgoing?.once('close', () => {
    if (!outgoing.writableFinished) aborter.abort();
  });
  return aborter;
}

/** The body of a streamed answer. Pulled by the socket: a slow client slows the upstream. */
function eventStream(
  reply: Extract<Reply, { kind: 'stream' }>,
  wire: SurfaceWire | undefined,
): ReadableStream<Uint8Array> {
  const { parts } = reply;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await parts.next();
        if (next.done === true) return controller.close();
        const part = next.value;
        const text =
          part.kind === 'event'
            ? sseEvent(part.event, wire)
            : sseComment(`tiergate cost_usd=${part.costUsd}`) + SSE_DONE;
        controller.enqueue(encoder.encode(text));
      } catch (thrown) {
        // The status is long sent: the error itself is the last event, and no `[DONE]` follows.
        controller.enqueue(encoder.encode(sseError(toGatewayError(thrown))));
        controller.close();
      }
    },
    cancel: async () => {
      await parts.return(undefined);
    },
  });
}

interface ModelSurface {
  /** Of the ledger and of the policies' facts. */
  name: string;
  parse(body: string): ChatRequest;
  /** Left out: a chat. */
  wire?: SurfaceWire;
}

const answers =
  ({ name, parse, wire }: ModelSurface) =>
  (gateway: Gateway, maxBodyBytes: number): Handler<GatewayEnv> =>
  async (context) => {
    const aborter = clientAborter(context);
    const ask: Ask = {
      request: parse(await readBody(context, maxBodyBytes)),
      requestId: context.get('requestId'),
      surface: name,
      ...(wire && { wire }),
      caller: context.get('caller'),
      headers: policyHeaders(context),
      aborter,
    };
    const reply = await answer(gateway, ask);
    const headers = { ...idHeaders(context), ...reply.headers };
    if (reply.kind === 'completion') {
      return new Response(reply.body, { headers: { 'content-type': 'application/json', ...headers } });
    }
    return new Response(eventStream(reply, wire), {
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        'x-accel-buffering': 'no',
        ...headers,
      },
    });
  };

export const chatCompletions = answers({ name: 'chat.completions', parse: parseChatRequest });
export const completions = answers({ name: 'completions', parse: parseTextRequest, wire: textWire });
export const embeddings = answers({
  name: 'embeddings',
  parse: parseEmbeddingsRequest,
  wire: embeddingsWire,
});
