// A streamed answer onto Node's own response: going through a web stream costs more per request than the policies do.
// At the socket's pace: a slow client slows the upstream.
import type { ServerResponse } from 'node:http';
import { toGatewayError } from '../../contract/errors.ts';
import type { StreamPart } from '../pipeline.ts';
import { SSE_DONE, sseComment, sseError, sseEvent } from './sse.ts';
import type { SurfaceWire } from './surface.ts';

function textOf(part: StreamPart, wire: SurfaceWire | undefined): string {
  if (part.kind === 'done') return sseComment(`tiergate cost_usd=${part.costUsd}`) + SSE_DONE;
  let text = '';
  for (const event of part.events) text += sseEvent(event, wire);
  return text;
}

/** Resolves when the client has taken what was written, or is gone. */
const drained = (outgoing: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done).off('close', done);
      resolve();
    };
    outgoing.on('drain', done).on('close', done);
  });

/**
 * Sends all parts and ends the response. A client that goes away ends the parts; never throws.
 * @param wire left out: a chat
 */
export async function sendEvents(
  outgoing: ServerResponse,
  headers: Record<string, string>,
  parts: AsyncIterable<StreamPart>,
  wire?: SurfaceWire,
): Promise<void> {
  // Headers and the first events leave in one packet: the pipeline has those events already.
  outgoing.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
    ...headers,
  });
  let last = '';
  try {
    for await (const part of parts) {
      if (outgoing.destroyed) break;
      if (part.kind === 'done') last = textOf(part, wire);
      else if (!outgoing.write(textOf(part, wire))) await drained(outgoing);
    }
  } catch (thrown) {
    // The status is long sent: the error itself is the last event, and no `[DONE]` follows.
    last = sseError(toGatewayError(thrown));
  }
  if (!outgoing.destroyed) outgoing.end(last);
}
