// The config's targets as the contract's targets: defaults filled in, one list in the order of tiers.
import {
  ALL_CAPABILITIES,
  type Capabilities,
  SURFACES,
  type Target,
  type TierLevel,
} from '../../contract/tier.ts';
import { modelStem } from '../../engine/store/split-names.ts';
import { builtinPrice } from '../../tiers/prices.ts';
import type { Config, TargetConfig } from './schema.ts';

export interface ConfiguredTarget {
  target: Target;
  /** Address, key, timeouts, retries ... as configured; null for the local target that stands in for an empty Level 1. */
  settings: TargetConfig | null;
  /** Level 1 through the engine host. */
  local: boolean;
}

/** The engine reads texts alone. */
export const LOCAL_CAPABILITIES: Capabilities = { ...ALL_CAPABILITIES, vision: false, audio: false };

function capabilitiesOf(settings: TargetConfig, defaults: Capabilities): Capabilities {
  const said = settings.capabilities ?? {};
  return {
    tools: said.tools ?? defaults.tools,
    jsonMode: said.json_mode ?? defaults.jsonMode,
    jsonSchema: said.json_schema ?? defaults.jsonSchema,
    vision: said.vision ?? defaults.vision,
    audio: said.audio ?? defaults.audio,
    logprobs: said.logprobs ?? defaults.logprobs,
    multipleChoices: said.multiple_choices ?? defaults.multipleChoices,
  };
}

/** A target whose id begins with `local/` is served by the engine host of this machine. */
export const isLocalId = (id: string): boolean => id.startsWith('local/');

/** A list price holds for Level 3 only: the same model on the user's own server costs something else. */
function priceOf(settings: TargetConfig, level: TierLevel, model: string): Target['price'] {
  const { price } = settings;
  if (price === undefined) return level === 3 ? builtinPrice(model) : null;
  return {
    inputUsdPerMtok: price.input_usd_per_mtok,
    outputUsdPerMtok: price.output_usd_per_mtok,
    ...(price.cached_input_usd_per_mtok !== undefined && {
      cachedInputUsdPerMtok: price.cached_input_usd_per_mtok,
    }),
    source: 'config',
  };
}

/** `models/Qwen3-0.6B-Q8_0.gguf` is `local/Qwen3-0.6B-Q8_0`; without a file `local/model`. */
export const localTargetId = (modelFile: string | null): string =>
  `local/${modelFile === null ? 'model' : modelStem(modelFile)}`;

/** @param modelFile the Level 1 model where the config names none; null when there is none at all */
export function configuredTargets(config: Config, modelFile: string | null): ConfiguredTarget[] {
  const result: ConfiguredTarget[] = [];
  for (const level of [1, 2, 3] as const satisfies readonly TierLevel[]) {
    const tier = config.tiers[level];
    if (tier === undefined) continue;
    for (const settings of tier.targets) {
      const local = isLocalId(settings.id);
      const model = settings.model ?? settings.id.slice(settings.id.indexOf('/') + 1);
      const target: Target = {
        id: settings.id,
        tier: level,
        zone: tier.zone,
        provider: local ? 'local' : (settings.provider ?? 'openai'),
        model,
        contextWindow: settings.context_window ?? settings.context ?? null,
        capabilities: capabilitiesOf(settings, local ? LOCAL_CAPABILITIES : ALL_CAPABILITIES),
        surfaces: settings.surfaces ?? (local ? SURFACES : ['chat']),
        price: priceOf(settings, level, model),
      };
      result.push({ target, settings, local });
    }
    if (level === 1 && tier.targets.length === 0) {
      const id = localTargetId(modelFile);
      const target: Target = {
        id,
        tier: 1,
        zone: tier.zone,
        provider: 'local',
        model: id.slice('local/'.length),
        contextWindow: null,
        capabilities: LOCAL_CAPABILITIES,
        surfaces: SURFACES,
        price: null,
      };
      result.push({ target, settings: null, local: true });
    }
  }
  return result;
}
