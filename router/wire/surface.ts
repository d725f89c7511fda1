// How a surface writes the answers that travel as chats inside.
import type { ChatChunk, ChatCompletion } from '../../contract/chat.ts';

export interface SurfaceWire {
  completion(completion: ChatCompletion): object;
  chunk(chunk: ChatChunk): object;
}
