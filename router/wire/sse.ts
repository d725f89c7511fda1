// Server-sent events out: one `data:` line an event, `[DONE]` at a good end, an error object at a bad one.
import type { ChatEvent } from '../../contract/chat.ts';
import type { GatewayError } from '../../contract/errors.ts';
import type { SurfaceWire } from './surface.ts';

export const SSE_DONE = 'data: [DONE]\n\n';

export const sseEvent = ({ chunk, raw }: ChatEvent, wire?: SurfaceWire): string =>
  `data: ${wire ? JSON.stringify(wire.chunk(chunk)) : (raw ?? JSON.stringify(chunk))}\n\n`;

/** A stream that failed after its first byte: the error itself, then the connection closes without `[DONE]`. */
export const sseError = (error: GatewayError): string => `data: ${JSON.stringify(error.toBody())}\n\n`;

/** A comment line, which clients ignore: what is known only at the end (the cost). */
export const sseComment = (text: string): string => `: ${text}\n\n`;
