// What Hono's context carries through middleware and routes.
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface GatewayEnv {
  /** Node's request and response: the app runs on a real server only. */
  Bindings: { incoming: IncomingMessage; outgoing: ServerResponse };
  Variables: { requestId: string; clientRequestId: string; caller: string };
}
