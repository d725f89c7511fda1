// Decisions without a gateway: what the config would decide for a request, from what is known without asking anybody.
import { existsSync } from 'node:fs';
import type { ChatRequest } from '../../contract/chat.ts';
import type { Decision, RequestFacts, TargetView } from '../../contract/policy.ts';
import { decide } from '../../policies/decide.ts';
import { inspectRequest } from '../../policies/privacy/conversation.ts';
import { gapPrior } from '../config/calibration.ts';
import type { LoadedConfig } from '../config/config.ts';
import { privacyOptions } from '../config/privacy.ts';
import { gatherFacts } from '../facts.ts';
import { callerGoals } from '../goals.ts';
import { labelsOf } from '../sensitivity.ts';

export interface Decided {
  targets: readonly TargetView[];
  facts: RequestFacts;
  decision: Decision;
}

export interface AskedBy {
  caller?: string;
  headers?: Record<string, string>;
}

/** Without a running gateway only the model file's presence is known; servers count as reachable. */
export function viewsOf({ targets, modelFile }: LoadedConfig): TargetView[] {
  return targets.map(({ target, settings, local }) => {
    const file = settings?.model_file ?? modelFile;
    if (!local || (file !== null && existsSync(file))) return { ...target, state: { available: true } };
    const reason =
      file === null
        ? 'no model file: put a GGUF into models/ or set TIERGATE_MODEL'
        : `no model file: ${file}`;
    return { ...target, state: { available: false, reason } };
  });
}

/** One configuration, many requests. */
export function decider(
  loaded: LoadedConfig,
  views: readonly TargetView[] = viewsOf(loaded),
): (request: ChatRequest, by?: AskedBy) => Decided {
  const privacy = privacyOptions(loaded.config, loaded.targets);
  const goalsOf = callerGoals(loaded.config);
  const own = loaded.calibration?.own ?? null;
  const prior = gapPrior(loaded.config, loaded.calibration);
  const labels = labelsOf(loaded.config);
  return (request, { caller = 'anonymous', headers = {} } = {}) => {
    const asked = { requestId: 'route', surface: 'cli', caller, headers, now: new Date() };
    const context = { ...asked, own, prior, labels };
    const inspection = inspectRequest(request, privacy);
    const facts = gatherFacts(request, { ...context, goals: goalsOf(caller) }, inspection);
    return { targets: views, facts, decision: decide(facts, views, loaded.policies) };
  };
}
