// A draft asked for once more, at random: self-consistency compares the answers. An attempt of its own, so that the ledger
// counts what it cost; its failure fails nothing else.
import type { Draft } from '../contract/draft.ts';
import { toGatewayError } from '../contract/errors.ts';
import type { AttemptContext, Outgoing, TargetRunner } from '../contract/tier.ts';
import type { Attempt } from './attempt.ts';
import { draftOf } from './draft-reader.ts';

/** A model that is asked at temperature 0 says the same again whether it knows or guesses. */
export const LEAST_TEMPERATURE = 0.7;

/** @param outgoingFor asks the gate anew. Null: no whole answer came. */
export async function askAgain(
  runner: TargetRunner,
  outgoingFor: () => Outgoing,
  seed: number,
  attempt: Attempt,
  context: AttemptContext,
): Promise<Draft | null> {
  try {
    const outgoing = outgoingFor();
    const { stream: _, stream_options: __, ...rest } = outgoing.request;
    const temperature = Math.max(rest.temperature ?? 1, LEAST_TEMPERATURE);
    const request = { ...rest, temperature, seed };
    attempt.send(request, outgoing.redacted);
    const answer = await runner.chat({ ...outgoing, request }, context);
    if (answer.kind === 'stream') return null;
    attempt.observeCompletion(answer.completion);
    return draftOf(answer.completion);
  } catch (thrown) {
    attempt.end(toGatewayError(thrown));
    return null;
  } finally {
    attempt.end(null);
  }
}
