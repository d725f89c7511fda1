// Plain facts and targets for tests of decisions: one target per tier, everything overridable.
import type { RequestFacts, TargetView } from '../../contract/policy.ts';
import { ALL_CAPABILITIES, type Capabilities } from '../../contract/tier.ts';

export const NO_NEEDS: Capabilities = {
  tools: false,
  jsonMode: false,
  jsonSchema: false,
  vision: false,
  audio: false,
  logprobs: false,
  multipleChoices: false,
};

export const factsOf = (changes: Partial<RequestFacts> = {}): RequestFacts => ({
  requestId: 'r1',
  surface: 'openai',
  caller: 'anonymous',
  model: 'auto',
  stream: false,
  promptTokens: 100,
  maxOutputTokens: 100,
  choices: 1,
  messageCount: 1,
  needs: NO_NEEDS,
  task: 'chat',
  difficulty: 0.1,
  gap: { '1|2': 0.1, '2|3': 0.1 },
  language: 'en',
  findings: {},
  sensitivity: 'public',
  declaredSensitivity: 'public',
  topics: [],
  headers: {},
  time: { iso: '2026-11-23T12:00:00', hour: 12, weekday: 1 },
  override: {},
  goals: {},
  ...changes,
});

export const targetOf = (id: string, changes: Partial<TargetView> = {}): TargetView => ({
  id,
  tier: 2,
  zone: 'private',
  provider: 'openai',
  model: id,
  contextWindow: 8192,
  capabilities: ALL_CAPABILITIES,
  price: { inputUsdPerMtok: 1, outputUsdPerMtok: 2, source: 'config' },
  state: { available: true },
  ...changes,
});

export const LOCAL = targetOf('local/tiny', { tier: 1, zone: 'device', provider: 'local', price: null });
export const INHOUSE = targetOf('inhouse/llama');
export const FRONTIER = targetOf('frontier/big', {
  tier: 3,
  zone: 'external',
  contextWindow: 128_000,
  price: { inputUsdPerMtok: 10, outputUsdPerMtok: 30, source: 'config' },
});
export const THREE_TIERS: readonly TargetView[] = [LOCAL, INHOUSE, FRONTIER];
