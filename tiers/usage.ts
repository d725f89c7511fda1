// Token counts out of the usage object that an OpenAI-compatible upstream reports.

/** Cached input is part of input. */
export interface TokenCounts {
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
}

const count = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;

/**
 * Null when there is no usable report: then the tokens are counted, never taken as 0. The cached part is looked for
 * where OpenAI (`prompt_tokens_details.cached_tokens`), DeepSeek (`prompt_cache_hit_tokens`) and Moonshot
 * (`cached_tokens`) put it.
 */
export function readUsage(usage: object | null | undefined): TokenCounts | null {
  if (!usage) return null;
  const fields = usage as Record<string, unknown>;
  const inputTokens = count(fields['prompt_tokens']);
  const total = count(fields['total_tokens']);
  const outputTokens =
    count(fields['completion_tokens']) ??
    (inputTokens !== null && total !== null ? Math.max(0, total - inputTokens) : null);
  if (inputTokens === null || outputTokens === null) return null;
  const details = fields['prompt_tokens_details'] as { cached_tokens?: unknown } | null | undefined;
  const cached =
    count(details?.cached_tokens) ??
    count(fields['prompt_cache_hit_tokens']) ??
    count(fields['cached_tokens']) ??
    0;
  return { inputTokens, cachedInputTokens: Math.min(cached, inputTokens), outputTokens };
}
