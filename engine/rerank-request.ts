// The body of a rerank request as the engine host reads it, in the shape that Jina's and Cohere's APIs, vLLM and
// llama-server share.
import { z } from 'zod';
import { optional, parse } from './request.ts';

const text = z.string().min(1);

const rerankBody = z.looseObject({
  model: optional(z.string()),
  query: text,
  documents: z
    .array(z.union([text, z.looseObject({ text })]))
    .min(1)
    .max(2048),
  top_n: optional(z.int().min(1)),
  return_documents: optional(z.boolean()),
});

export interface HostRerankRequest {
  model: string | null;
  query: string;
  documents: string[];
  /** Most results. */
  topN: number;
  returnDocuments: boolean;
}

/** @throws {GatewayError} INVALID_REQUEST */
export function parseRerankRequest(body: unknown): HostRerankRequest {
  const { model, query, documents, top_n, return_documents } = parse(rerankBody, body);
  return {
    model: model ?? null,
    query,
    documents: documents.map((document) => (typeof document === 'string' ? document : document.text)),
    topN: top_n ?? documents.length,
    returnDocuments: return_documents === true,
  };
}
