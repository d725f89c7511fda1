// Reranking on the wire: the query and each document become user messages inside, and the response's `results` come back
// with the documents of the request. Source: the shape that Jina's and Cohere's APIs, vLLM and llama-server share.
import { z } from 'zod';
import type { ChatCompletion, ChatRequest } from '../../contract/chat.ts';
import { parseBody } from './openai-chat.ts';
import type { SurfaceWire } from './surface.ts';

const text = z.string().min(1);

const rerankRequest = z.looseObject({
  model: z.string().min(1),
  query: text,
  documents: z
    .array(z.union([text, z.looseObject({ text })]))
    .min(1)
    .max(2048),
  top_n: z.number().int().min(1).nullish(),
  return_documents: z.boolean().nullish(),
  user: z.string().nullish(),
});

/** @throws {GatewayError} INVALID_JSON, INVALID_REQUEST with `param` */
export function parseRerankRequest(body: string): ChatRequest {
  const { query, documents, ...rest } = parseBody(rerankRequest, body);
  const texts = documents.map((document) => (typeof document === 'string' ? document : document.text));
  return {
    ...rest,
    messages: [query, ...texts].map((content) => ({ role: 'user', content })),
    stream: false,
  } as ChatRequest;
}

interface RerankResult {
  index: number;
  relevance_score: number;
}

/** Documents are the client's own texts, whatever the upstream has seen of them. */
export const rerankWire = ({ messages, return_documents }: ChatRequest): SurfaceWire => ({
  completion(completion: ChatCompletion) {
    const { model, usage } = completion;
    const results = completion['results'] as RerankResult[];
    return {
      object: 'list',
      model,
      results: results.map(({ index, relevance_score }) => ({
        index,
        relevance_score,
        ...(return_documents === true && { document: { text: messages[index + 1]?.content } }),
      })),
      usage,
    };
  },
  // Rankings are never streamed.
  chunk: (chunk) => chunk,
});
