// A vault's entries, and a text put back through one, in few words.
import {
  type Encoding,
  type RestoreReport,
  restoreWhole,
  written,
} from '../../policies/privacy/restore-text.ts';
import type { Vault, VaultEntry } from '../../policies/privacy/vault.ts';

export const vaultEntry = (
  type: string,
  number: number,
  value: string,
  more: Partial<VaultEntry> = {},
): VaultEntry => ({
  standIn: `[${type}_${number}${more.variant ?? ''}]`,
  form: 'placeholder',
  type,
  number,
  variant: '',
  value,
  reach: 'everywhere',
  ...more,
});

/** As a text of prose, or (`json`) as the arguments of a tool call. */
export const restoreText = (
  text: string,
  vault: Vault,
  encoding: Encoding = 'text',
  report?: RestoreReport,
): string => written(restoreWhole(text, vault, { encoding, isArguments: encoding === 'json' }, report));
