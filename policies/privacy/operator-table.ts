// Which operator a type has in a tier, as the config's `privacy.operators` says.
import type { TierLevel } from '../../contract/tier.ts';
import type { OperatorName } from './redact.ts';

/** For all tiers, or by tier. */
export type OperatorSetting = OperatorName | { readonly [tier in TierLevel]?: OperatorName | undefined };

/** By type; `default` is for the types that are not named. */
export type OperatorSettings = Readonly<Record<string, OperatorSetting>>;

export class OperatorTable {
  readonly #settings: ReadonlyMap<string, OperatorSetting>;

  constructor(settings: OperatorSettings) {
    this.#settings = new Map(Object.entries(settings));
  }

  operatorOf(type: string, tier: TierLevel): OperatorName {
    return this.#named(type, tier) ?? this.#named('default', tier) ?? 'redact';
  }

  /** Is the type to be replaced in this tier even where no policy asks for redaction? */
  isAskedFor(type: string, tier: TierLevel): boolean {
    const setting = this.#settings.get(type);
    const operator = typeof setting === 'object' ? setting[tier] : undefined;
    return operator !== undefined && operator !== 'keep';
  }

  #named(type: string, tier: TierLevel): OperatorName | undefined {
    const setting = this.#settings.get(type);
    return typeof setting === 'object' ? setting[tier] : setting;
  }
}

export const DEFAULT_OPERATORS = new OperatorTable({});
