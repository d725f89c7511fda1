// Sends a whole answer as JSON, straight to Node's response: a web `Response` on the way costs several times as much.
import type { ServerResponse } from 'node:http';

/** Ends the response. A client that has gone away is no error. @param headers further ones @param body JSON text */
export function sendWhole(outgoing: ServerResponse, headers: Record<string, string>, body: string): void {
  if (outgoing.destroyed) return;
  const length = String(Buffer.byteLength(body));
  outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': length, ...headers });
  outgoing.end(body);
}
