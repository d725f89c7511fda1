// Prompts of text completions as tokens: the text as it is, or with a suffix in the order prefix, suffix, middle that
// llama.cpp uses. Bavarian et al., "Efficient Training of Language Models to Fill in the Middle" (2022), section 3: PSM.
import { GatewayError } from '../contract/errors.ts';
import type { Model } from './model.ts';

/**
 * One prompt's tokens. Without a suffix, control tokens that are written out in the text count as such; with one,
 * both texts are plain text.
 * @throws {GatewayError} INVALID_REQUEST for ids that are none of the model's, UNSUPPORTED_FEATURE for a suffix where
 * the model has no fill-in-the-middle tokens
 */
export function textPromptTokens(model: Model, prompt: string | number[], suffix: string | null): Int32Array {
  if (typeof prompt !== 'string') checkTokens(model, prompt, 'prompt');
  if (suffix !== null) return infillTokens(model, prompt, suffix);
  return typeof prompt === 'string' ? model.promptTokens(prompt) : Int32Array.from(prompt);
}

function infillTokens(model: Model, prompt: string | number[], suffix: string): Int32Array {
  const { fimPrefixToken, fimSuffixToken, fimMiddleToken, addBos, bosToken } = model.info;
  if (fimMiddleToken < 0) {
    throw new GatewayError(
      'UNSUPPORTED_FEATURE',
      `${model.id} cannot fill in the middle: it has no tokens for that; leave suffix out, or use a code model`,
      { param: 'suffix' },
    );
  }
  const before = typeof prompt === 'string' ? model.tokenize(prompt) : prompt;
  const after = model.tokenize(suffix);
  const start = addBos && bosToken >= 0 ? [bosToken] : [];
  return Int32Array.from([...start, fimPrefixToken, ...before, fimSuffixToken, ...after, fimMiddleToken]);
}

/** @throws {GatewayError} INVALID_REQUEST for an id beyond the vocabulary */
export function checkTokens(model: Model, tokens: readonly number[], param: string): void {
  const unknown = tokens.find((token) => token >= model.info.nVocab);
  if (unknown === undefined) return;
  throw new GatewayError(
    'INVALID_REQUEST',
    `token ${unknown} does not exist; this model's ids end at ${model.info.nVocab - 1}`,
    { param },
  );
}

/** The text of tokens: control tokens as they are written, ill-formed bytes as U+FFFD. */
export const tokensText = (model: Model, tokens: Iterable<number>): string =>
  Buffer.concat(Array.from(tokens, (token) => Buffer.from(model.tokenBytes(token, true)))).toString('utf8');
