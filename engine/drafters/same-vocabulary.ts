// Whether two models mean the same by a token id: a guess of one is checked by the other.
import { GatewayError } from '../../contract/errors.ts';
import type { Model } from '../model.ts';

/** Families pad their vocabularies to different sizes; llama.cpp allows as many. */
const MOST_PADDING = 128;

/**
 * The number of tokens that both know.
 * @throws {GatewayError} INVALID_REQUEST with the first difference
 */
export function sharedVocabulary(target: Model, draft: Model): number {
  const [a, b] = [target.info, draft.info];
  const refuse = (why: string): never => {
    throw new GatewayError(
      'INVALID_REQUEST',
      `the draft model ${draft.id} cannot guess for ${target.id}: ${why}; give a smaller model of the same family`,
    );
  };
  if (Math.abs(a.nVocab - b.nVocab) > MOST_PADDING) refuse(`it has ${b.nVocab} tokens, not ${a.nVocab}`);
  for (const key of ['bosToken', 'eosToken'] as const)
    if (a[key] !== b[key]) refuse(`its ${key.slice(0, 3).toUpperCase()} token is ${b[key]}, not ${a[key]}`);
  const shared = Math.min(a.nVocab, b.nVocab);
  for (let token = 0; token < shared; token++) {
    const [theirs, own] = [target.tokenBytes(token, true), draft.tokenBytes(token, true)];
    if (Buffer.compare(theirs, own) !== 0)
      refuse(
        `token ${token} is ${JSON.stringify(draft.tokenText(token))}, not ${JSON.stringify(target.tokenText(token))}`,
      );
  }
  return shared;
}
