// Reads a request body as text, within a limit. It reads Node's own stream: going through a web stream costs several
// times as much per request.
import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import { GatewayError } from '../../contract/errors.ts';
import type { GatewayEnv } from '../env.ts';

const tooLarge = (found: string, maxBytes: number): GatewayError =>
  new GatewayError(
    'BODY_TOO_LARGE',
    `the request body has ${found}; the limit is ${maxBytes} bytes (server.max_body_bytes)`,
  );

async function readIncoming(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        incoming.pause();
        reject(tooLarge(`more than ${maxBytes} bytes`, maxBytes));
      } else {
        chunks.push(chunk);
      }
    });
    incoming.on('end', () =>
      resolve((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8')),
    );
    const closed = (cause?: unknown): void => {
      if (!incoming.complete)
        reject(
          new GatewayError('CLIENT_CLOSED', 'the client closed the connection while sending', { cause }),
        );
    };
    incoming.on('error', closed);
    incoming.on('close', closed);
  });
}

/** @throws {GatewayError} BODY_TOO_LARGE, CLIENT_CLOSED */
export async function readBody(context: Context<GatewayEnv>, maxBytes: number): Promise<string> {
  const { incoming } = context.env;
  const declared = Number(incoming.headers['content-length'] ?? 0);
  if (declared > maxBytes) {
    // The rest of the body is not read: the connection cannot be used again.
    context.header('connection', 'close');
    throw tooLarge(`${declared} bytes`, maxBytes);
  }
  try {
    return await readIncoming(incoming, maxBytes);
  } catch (error) {
    context.header('connection', 'close');
    throw error;
  }
}
