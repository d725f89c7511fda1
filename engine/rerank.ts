// How relevant documents are to a query, by a model with a ranking head: each document runs through the scheduler together
// with the query.
import { GatewayError } from '../contract/errors.ts';
import { pooledStates, RANK } from './embed.ts';
import type { Model } from './model.ts';
import { textGuard } from './prompt.ts';
import type { HostRerankRequest } from './rerank-request.ts';
import type { Scheduler } from './scheduler.ts';

/** As the file's rerank template puts them together, else as BERT's cross-encoders do, in the file's own marks. */
export function rerankPrompt(model: Model, query: string, document: string): Int32Array {
  const { rerankTemplate, addBos, bosToken, addEos, eosToken, addSep, sepToken } = model.info;
  if (rerankTemplate !== '') {
    const guard = textGuard(model);
    const texts = { '{query}': guard.plainText(query), '{document}': guard.plainText(document) };
    const filled = rerankTemplate.replace(
      /\{query\}|\{document\}/g,
      (name) => texts[name as keyof typeof texts],
    );
    return guard.read(filled, (text) => model.tokenize(text, { parseSpecial: true })).tokens;
  }
  const separator = addSep && sepToken >= 0 ? [sepToken] : [];
  const end = addEos && eosToken >= 0 ? [eosToken] : [];
  // [CLS] query [SEP] document [SEP], or <s> query </s></s> document </s>
  return Int32Array.from([
    ...(addBos && bosToken >= 0 ? [bosToken] : []),
    ...model.tokenize(query),
    ...end,
    ...separator,
    ...model.tokenize(document),
    ...(end.length > 0 ? end : separator),
  ]);
}

/**
 * The response body: the most relevant documents first.
 * @throws {GatewayError} UNSUPPORTED_FEATURE for a model without a ranking head, and as `Scheduler.run`
 */
export async function rerank(
  { model, scheduler }: { model: Model; scheduler: Scheduler },
  { query, documents, topN, returnDocuments }: HostRerankRequest,
  signal: AbortSignal,
): Promise<object> {
  if (model.info.pooling !== RANK) {
    throw new GatewayError(
      'UNSUPPORTED_FEATURE',
      `${model.id} has no ranking head; rerank with a model that has one, such as bge-reranker or Qwen3-Reranker`,
      { param: 'model' },
    );
  }
  const prompts = documents.map((document) => rerankPrompt(model, query, document));
  const scores = await pooledStates(scheduler, prompts, RANK, signal);
  const results = documents.map((text, index) => ({
    index,
    relevance_score: scores[index]![0]!,
    ...(returnDocuments && { document: { text } }),
  }));
  results.sort((a, b) => b.relevance_score - a.relevance_score);
  const promptTokens = prompts.reduce((sum, prompt) => sum + prompt.length, 0);
  return {
    object: 'list',
    model: model.id,
    results: results.slice(0, topN),
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  };
}
