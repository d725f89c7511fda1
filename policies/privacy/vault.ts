// What stands behind the placeholders of one request. Lives as long as the request; shows nothing when it is logged.
import { type PlaceholderTypes, placeholderKey, placeholderTypes } from './placeholders.ts';

interface VaultEntry {
  /** As it stands in the outgoing request, e.g. `[EMAIL_1]`. */
  placeholder: string;
  type: string;
  number: number;
  value: string;
}

export class Vault {
  /** The answer is to be JSON (response_format): values put into it must be escaped. */
  readonly answersInJson: boolean;
  readonly types: PlaceholderTypes;
  readonly #byKey: Map<string, VaultEntry>;

  constructor(entries: readonly VaultEntry[], answersInJson = false) {
    this.answersInJson = answersInJson;
    this.types = placeholderTypes(entries.map((entry) => entry.type));
    this.#byKey = new Map(entries.map((entry) => [placeholderKey(entry.type, entry.number), entry]));
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** The value behind a placeholder in any accepted form, by its key (placeholders.ts). */
  valueOf(key: string): string | undefined {
    return this.#byKey.get(key)?.value;
  }

  /** In the order of first appearance. */
  entries(): Iterable<Readonly<VaultEntry>> {
    return this.#byKey.values();
  }

  values(): string[] {
    return Array.from(this.#byKey.values(), (entry) => entry.value);
  }

  toJSON(): { size: number } {
    return { size: this.size };
  }
}

export const emptyVault = new Vault([]);
