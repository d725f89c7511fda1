// Tells keys that could be real from the ones in documentation. Redacting a made-up key does no harm, letting a real one
// through does: only texts that say so themselves (XXXX, EXAMPLE, YOUR_KEY, ****) count as made up.

const SAYS_SO =
  /example|your(?![a-z0-9]{12})|placeholder|changeme|redacted|dummy|insert_|_here\b|\*{3}|\.{3}|([\w#])\1{7}|^(?:abc|xyz)?(?:123)?4567890?$/i;

/** Share of a text from which counting and reciting the alphabet make it up. */
const RECITED_SHARE = 0.5;
const MIN_RECITED = 4;

/** `abcdefgh`, `123456`, `7890`: how much of a text goes up by one from character to character. */
function isRecited(text: string): boolean {
  let [recited, run] = [0, 1];
  for (let i = 1; i <= text.length; i += 1) {
    const [before, now] = [text.charCodeAt(i - 1), text.charCodeAt(i)];
    if (now === before + 1 || (before === 57 && now === 48)) run += 1;
    else {
      if (run >= 8) return true;
      if (run >= MIN_RECITED) recited += run;
      run = 1;
    }
  }
  return recited > text.length * RECITED_SHARE;
}

/** @param body the part of a key after its prefix */
export function isMadeUp(body: string): boolean {
  return SAYS_SO.test(body) || new Set(body).size < 6 || isRecited(body);
}

/** A `validate` for keys: drops the made-up ones, leaves the pattern's score to the others. */
export const unlessMadeUp = (value: string): false | null => (isMadeUp(value) ? false : null);

const FREQUENT =
  /th|he|in|er|an|re|on|at|en|nd|ti|es|or|te|of|ed|is|it|al|ar|st|to|nt|ng|se|ha|as|ou|io|le|ve|co|me|de|hi|ri|ro|ic|ne|ea|ra|ce|li|ch|ll|be|ma|si|om|ur|key|ser|val|nam/g;

/** Share of the letters in pairs that words are full of, by which words are told from random letters (about 0.2). */
const SPELLED_SHARE = 0.4;

/** Is a text made of words, however they are joined? */
export function isSpelled(text: string): boolean {
  const letters = text.replace(/[^A-Za-z]/g, '').toLowerCase();
  return (letters.match(FREQUENT) ?? []).length * 2 >= letters.length * SPELLED_SHARE;
}

/** Bits of information per character: 0 for `aaaa`, about 4 for 24 random letters and digits. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/**
 * Does a text look drawn at random rather than made of words? Letters and digits that change places often, few of the
 * letter pairs that words are full of, many different characters.
 */
export function isRandom(text: string): boolean {
  const letters = text.replace(/[^A-Za-z]/g, '');
  const digits = text.replace(/\D/g, '').length;
  if (digits === 0 || letters.length === 0) return false;
  if (entropy(text) < (text.length >= 20 ? 3.2 : 2.6)) return false;
  // `getUser2`, `sha256Digest`, `build-2024-01`: digits in one or two places, words around them.
  const changes = (text.match(/[A-Za-z](?=\d)|\d(?=[A-Za-z])/g) ?? []).length;
  const common = (letters.toLowerCase().match(FREQUENT) ?? []).length * 2;
  return changes >= 3 ? common < letters.length * 0.75 : common < letters.length * 0.42 && changes >= 1;
}
