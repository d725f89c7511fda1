// Puts values back into one text, or into a text that arrives in pieces.
import { matchPlaceholder } from './placeholders.ts';
import type { Vault } from './vault.ts';

/** How a value is written: as it is, or escaped for the inside of a JSON string. */
export type Encoding = 'text' | 'json';

/** Counts for the ledger; filled while restoring. */
export interface RestoreReport {
  restored: number;
  /** Texts shaped like a placeholder of an issued type whose number was never issued. They are left as they are. */
  unknown: number;
}

const inJson = (value: string): string => JSON.stringify(value).slice(1, -1);

/**
 * Restores all placeholders in `text`. `rest` is the end of the text that may be the beginning of a placeholder (at most
 * MAX_PLACEHOLDER_LENGTH characters, '' when `isLast`): give it back in front of the next piece.
 */
export function restorePiece(
  text: string,
  vault: Vault,
  encoding: Encoding,
  isLast: boolean,
  report?: RestoreReport,
): { out: string; rest: string } {
  let out = '';
  let copied = 0;
  for (let at = nextStart(text, 0, encoding); at >= 0; at = nextStart(text, at + 1, encoding)) {
    const match = matchPlaceholder(text, at, vault.types);
    if (match === 'partial') {
      if (!isLast) return { out: out + text.slice(copied, at), rest: text.slice(at) };
      continue;
    }
    if (match === null) continue;
    const value = vault.valueOf(match.key);
    if (value === undefined) {
      if (report !== undefined) report.unknown += 1;
    } else {
      out += text.slice(copied, at) + (encoding === 'json' ? inJson(value) : value);
      copied = match.end;
      if (report !== undefined) report.restored += 1;
    }
    at = match.end - 1;
  }
  return { out: copied === 0 ? text : out + text.slice(copied), rest: '' };
}

/** Where a placeholder could begin: `[`, or a backslash before it. In JSON a backslash belongs to an escape, not to us. */
function nextStart(text: string, from: number, encoding: Encoding): number {
  const open = text.indexOf('[', from);
  if (encoding === 'json') return open;
  if (open > from && text.charCodeAt(open - 1) === 92) return open - 1;
  if (open < 0 && text.length > from && text.charCodeAt(text.length - 1) === 92) return text.length - 1;
  return open;
}
