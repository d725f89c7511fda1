// Tells keys that could be real from the ones in documentation. Redacting a made-up key does no harm, letting a real one
// through does: only texts that say so themselves (XXXX, EXAMPLE, YOUR_KEY, ****) count as made up.

const SAYS_SO = /example|your|placeholder|changeme|redacted|dummy|insert|\*{3}|\.{3}|([\w#])\1{7}/i;

/** @param body the part of a key after its prefix */
export function isMadeUp(body: string): boolean {
  return SAYS_SO.test(body) || new Set(body).size < 6;
}

/** A `validate` for keys: drops the made-up ones, leaves the pattern's score to the others. */
export const unlessMadeUp = (value: string): false | null => (isMadeUp(value) ? false : null);
