// Drafts of real local models, each with what the engine says of its tokens, by the gateway's own way to Level 1.
import { basename } from 'node:path';
import { Cancellation } from '../../contract/cancellation.ts';
import type { ChatCompletion, ChatRequest } from '../../contract/chat.ts';
import type { Draft } from '../../contract/draft.ts';
import type { Target } from '../../contract/tier.ts';
import { LOCAL_CAPABILITIES } from '../../router/config/targets.ts';
import { draftOf } from '../../tiers/draft-reader.ts';
import { localRunner } from '../../tiers/local.ts';
import { LocalHost } from '../../tiers/local-host.ts';
import { LEAST_TEMPERATURE } from '../../tiers/sample.ts';

export interface DraftOptions {
  maxTokens: number;
  /** Tokens whose signals are kept apart. */
  earlyTokens: number;
  /** Times that each request is asked again at random. */
  samples?: number;
}

export interface GivenDraft {
  draft: Draft;
  samples: Draft[];
}

/** Requests that are answered at once: the engine batches them. */
const AT_ONCE = 4;
/** A machine that is busy takes its time. */
const START_WAIT_MS = 600_000;

/** @param file a GGUF file @throws {GatewayError} what the engine reports */
export async function draftsOf(
  file: string,
  requests: readonly Pick<ChatRequest, 'messages'>[],
  { maxTokens, earlyTokens, samples = 0 }: DraftOptions,
): Promise<GivenDraft[]> {
  const target: Target = {
    ...{ id: `local/${basename(file)}`, tier: 1, zone: 'device', provider: 'local', model: basename(file) },
    ...{ contextWindow: null, capabilities: LOCAL_CAPABILITIES, price: null },
  };
  const runner = localRunner(
    target,
    new LocalHost({ modelFile: file, startWaitMs: START_WAIT_MS, log: () => {} }),
  );
  const ask = async (of: Pick<ChatRequest, 'messages'>, more: Partial<ChatRequest>): Promise<Draft> => {
    const request = { model: target.model, max_tokens: maxTokens, messages: of.messages, ...more };
    const answer = await runner.chat(
      { request, redacted: false, confidenceTokens: earlyTokens },
      { requestId: 'drafts', signal: new Cancellation() },
    );
    if (answer.kind !== 'completion') throw new Error('a whole answer was asked for');
    return draftOf(answer.completion as ChatCompletion, earlyTokens);
  };
  const given = new Array<GivenDraft>(requests.length);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < requests.length; i = next++) {
      const request = requests[i]!;
      const again = Array.from({ length: samples }, (_, seed) =>
        ask(request, { temperature: LEAST_TEMPERATURE, seed }),
      );
      given[i] = { draft: await ask(request, { temperature: 0 }), samples: await Promise.all(again) };
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return given;
  } finally {
    await runner.close();
  }
}
