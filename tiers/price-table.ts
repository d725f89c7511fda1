// Public list prices of well-known models in USD per million tokens: [input, cached input or null, output].
// Standard tier, text, short context; what a provider bills differently (batch, priority, long context, time of day)
// is set as `price` in the config. Sources: the providers' own price pages, looked up at PRICE_TABLE_VERSION.

export const PRICE_TABLE_VERSION = '2026-07-24';

export type PriceRow = readonly [input: number, cachedInput: number | null, output: number];

export const PRICE_TABLE: Readonly<Record<string, PriceRow>> = {
  // OpenAI
  'gpt-5.5': [5, 0.5, 30],
  'gpt-5.4': [2.5, 0.25, 15],
  'gpt-5.2': [1.75, 0.175, 14],
  'gpt-5.1': [1.25, 0.125, 10],
  'gpt-5': [1.25, 0.125, 10],
  'gpt-5-mini': [0.25, 0.025, 2],
  'gpt-5-nano': [0.05, 0.005, 0.4],
  'gpt-4.1': [2, 0.5, 8],
  'gpt-4.1-mini': [0.4, 0.1, 1.6],
  'gpt-4.1-nano': [0.1, 0.025, 0.4],
  'gpt-4o': [2.5, 1.25, 10],
  'gpt-4o-mini': [0.15, 0.075, 0.6],
  'gpt-4-turbo': [10, null, 30],
  'gpt-3.5-turbo': [0.5, null, 1.5],
  o3: [2, 0.5, 8],
  'o4-mini': [1.1, 0.275, 4.4],
  // Anthropic
  'claude-opus-4-5': [5, 0.5, 25],
  'claude-sonnet-4-5': [3, 0.3, 15],
  'claude-haiku-4-5': [1, 0.1, 5],
  // Google
  'gemini-2.5-flash': [0.3, 0.03, 2.5],
  'gemini-2.5-flash-lite': [0.1, 0.01, 0.4],
  // DeepSeek
  'deepseek-chat': [0.28, 0.028, 0.42],
  'deepseek-reasoner': [0.28, 0.028, 0.42],
  // Groq
  'llama-3.3-70b-versatile': [0.59, null, 0.79],
  'llama-3.1-8b-instant': [0.05, null, 0.08],
  // xAI
  'grok-3': [3, 0.75, 15],
  'grok-3-mini': [0.3, 0.075, 0.5],
};
