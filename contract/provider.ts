// A provider speaks one upstream protocol. Pure mapping only: tiers/remote.ts does the I/O through tiers/egress.ts.
import type { ChatChunk, ChatCompletion, ChatRequest } from './chat.ts';

export interface Provider {
  /** The file's name. */
  name: string;
  /** Used where the config gives none. */
  defaultBaseUrl?: string;
  /** Path below the base URL for a chat request, e.g. `/chat/completions`. */
  chatPath(model: string, stream: boolean): string;
  /** Paths of text completions and embeddings, in OpenAI's shape; left out where the protocol has none. */
  textPath?(model: string): string;
  embeddingsPath?(model: string): string;
  /** Of reranking, in the shape of Jina, Cohere, vLLM and llama-server. */
  rerankPath?(model: string): string;
  /** Headers that carry the key and versions. */
  headers(apiKey: string | undefined): Record<string, string>;
  /** Request body for the upstream; `request.model` is already the upstream's name. May return its argument. */
  toWire(request: ChatRequest): unknown;
  /** The upstream's 200 body. @throws {GatewayError} PROVIDER_PROTOCOL when it is not one. */
  fromWire(body: unknown): ChatCompletion;
  /** One SSE data payload (parsed). Null: nothing for the client. `[DONE]` is handled before. */
  fromWireChunk(payload: unknown): ChatChunk | null;
  /** The human message inside an upstream's error body, if one is found. */
  errorMessage(body: unknown): string | null;
}

export const defineProvider = (provider: Provider): Provider => provider;
