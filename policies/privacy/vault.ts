// What stands behind the stand-ins of one outgoing request. Lives as long as the request; shows nothing when it is logged.
import { Literals } from './literals.ts';
import { type PlaceholderWords, placeholderKey, placeholderWords } from './placeholders.ts';
import { startPattern } from './start-pattern.ts';
import type { ValueForms } from './value-view.ts';

/** Where a value may be put back: in every text of the answer, in the arguments of tool calls alone, or nowhere. */
export const REACHES = ['everywhere', 'arguments', 'never'] as const;
export type Reach = (typeof REACHES)[number];

export interface VaultEntry {
  /** As it stands in the outgoing request, e.g. `[EMAIL_1]`. */
  standIn: string;
  /** How the answer is searched for it: by a placeholder's shape, by its letters, or not at all. */
  form: 'placeholder' | 'literal' | 'one-way';
  type: string;
  number: number;
  /** '' for the first way in which the value is written, then b, c, ... */
  variant: string;
  value: string;
  /** In which the check at the door looks for it; left out: it makes them. */
  forms?: ValueForms;
  reach: Reach;
  /** A number of a JSON text: put back without quotes. */
  isNumber?: boolean;
  /** Words of a literal that an answer may use alone. */
  parts?: readonly { text: string; value: string }[];
}

export class Vault {
  /** The answer is to be JSON (response_format): values put into it must be escaped. */
  readonly answersInJson: boolean;
  readonly words: PlaceholderWords;
  readonly literals: Literals<VaultEntry> | null;
  /** Placeholders stand in the request. */
  readonly hasPlaceholders: boolean;
  readonly hasNumbers: boolean;
  /** Code units with which a stand-in can begin, and a pattern for them. */
  readonly startCodes: readonly number[];
  readonly starts: RegExp;
  readonly #entries: readonly VaultEntry[];
  readonly #byKey = new Map<string, VaultEntry>();

  constructor(entries: readonly VaultEntry[], answersInJson = false) {
    this.answersInJson = answersInJson;
    this.#entries = entries;
    const placeholders = entries.filter(({ form }) => form === 'placeholder');
    this.hasPlaceholders = placeholders.length > 0;
    this.hasNumbers = placeholders.some(({ isNumber }) => isNumber === true);
    this.words = placeholderWords(placeholders.map(({ type }) => type));
    for (const entry of placeholders) {
      const { type, number, variant } = entry;
      this.#byKey.set(placeholderKey(type, number, variant), entry);
      // A model that loses the letter still means the same value.
      if (!this.#byKey.has(placeholderKey(type, number)))
        this.#byKey.set(placeholderKey(type, number), entry);
    }
    const literals = entries.filter(({ form }) => form === 'literal');
    this.literals = literals.length > 0 ? new Literals() : null;
    for (const entry of literals) this.literals?.add(entry.standIn, entry);
    for (const entry of literals)
      for (const { text, value } of entry.parts ?? []) this.literals?.add(text, { ...entry, value });
    this.startCodes =
      this.literals === null
        ? this.hasPlaceholders
          ? this.words.startCodes
          : []
        : [...(this.hasPlaceholders ? this.words.startCodes : []), ...this.literals.starts];
    this.starts =
      this.hasPlaceholders && this.literals === null ? this.words.starts : startPattern(this.startCodes);
  }

  get size(): number {
    return this.#entries.length;
  }

  /** What a placeholder in any accepted form stands for, by its key (placeholders.ts). */
  find(key: string, variant = ''): VaultEntry | undefined {
    return this.#byKey.get(key + variant) ?? this.#byKey.get(key);
  }

  /** In the order of first appearance. */
  entries(): readonly Readonly<VaultEntry>[] {
    return this.#entries;
  }

  values(): string[] {
    return this.#entries.map(({ value }) => value);
  }

  toJSON(): { size: number } {
    return { size: this.size };
  }
}

export const emptyVault = new Vault([]);
