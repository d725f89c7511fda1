// The routes that models answer, POST /v1/chat/completions, /v1/completions, /v1/embeddings and /v1/rerank: the
// body in, the pipeline, the answer out as JSON or server-sent events.
import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Handler } from 'hono';
import { Cancellation } from '../../contract/cancellation.ts';
import type { ChatRequest } from '../../contract/chat.ts';
import type { GatewayEnv } from '../env.ts';
import { idHeaders } from '../middleware/request-id.ts';
import { type Ask, answer, type Gateway } from '../pipeline.ts';
import { readBody } from '../wire/body.ts';
import { sendEvents } from '../wire/event-stream.ts';
import { policyHeaders } from '../wire/headers.ts';
import { parseChatRequest } from '../wire/openai-chat.ts';
import { embeddingsWire, parseEmbeddingsRequest } from '../wire/openai-embeddings.ts';
import { parseTextRequest, textWire } from '../wire/openai-text.ts';
import { parseRerankRequest, rerankWire } from '../wire/rerank.ts';
import type { SurfaceWire } from '../wire/surface.ts';
import { sendWhole } from '../wire/whole-answer.ts';

/** Aborts when the client's socket closes before the response has been written. */
function cancelledByClient(outgoing: ServerResponse): Cancellation {
  const cancellation = new Cancellation();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) cancellation.abort();
  });
  return cancellation;
}

interface ModelSurface {
  /** Of the ledger and of the policies' facts. */
  name: string;
  parse(body: string): ChatRequest;
  /** Left out: a chat. */
  wire?: SurfaceWire | ((request: ChatRequest) => SurfaceWire);
}

const answers =
  ({ name, parse, wire: given }: ModelSurface) =>
  (gateway: Gateway, maxBodyBytes: number): Handler<GatewayEnv> =>
  async (context) => {
    const { outgoing } = context.env;
    const cancellation = cancelledByClient(outgoing);
    const request = parse(await readBody(context, maxBodyBytes));
    const wire = typeof given === 'function' ? given(request) : given;
    const ask: Ask = {
      request,
      requestId: context.get('requestId'),
      surface: name,
      ...(wire && { wire }),
      caller: context.get('caller'),
      headers: policyHeaders(context),
      cancellation,
    };
    const reply = await answer(gateway, ask);
    const headers = Object.assign(idHeaders(context), reply.headers);
    if (reply.kind === 'completion') {
      sendWhole(outgoing, headers, reply.body);
      return RESPONSE_ALREADY_SENT;
    }
    await sendEvents(outgoing, headers, reply.parts, wire);
    return RESPONSE_ALREADY_SENT;
  };

export const chatCompletions = answers({ name: 'chat.completions', parse: parseChatRequest });
export const completions = answers({ name: 'completions', parse: parseTextRequest, wire: textWire });
export const embeddings = answers({
  name: 'embeddings',
  parse: parseEmbeddingsRequest,
  wire: embeddingsWire,
});
export const rerank = answers({ name: 'rerank', parse: parseRerankRequest, wire: rerankWire });
