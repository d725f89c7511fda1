// Does a text run in circles? Small models that lose the thread repeat a phrase until their limit.

/** Characters that a loop must fill, and how often its phrase must stand in a row. */
const LEAST_CHARS = 60;
const LEAST_TIMES = 4;
const LONGEST_PHRASE = 240;
/** Words from which the share of new word triples is looked at, and the least share. */
const LEAST_WORDS = 80;
const LEAST_NEW_TRIPLES = 0.35;

/** The length of the phrase that the text ends in repeating, 0: none. Linear in the text for each length tried. */
function loopAtEnd(text: string): number {
  for (let phrase = 1; phrase <= LONGEST_PHRASE; phrase += 1) {
    const looped = Math.max(LEAST_CHARS, phrase * LEAST_TIMES);
    if (looped > text.length) return 0;
    let same = 0;
    const enough = looped - phrase;
    while (same < enough && text[text.length - 1 - same] === text[text.length - 1 - same - phrase]) same += 1;
    // A run of blanks, dashes or dots is a layout and no loop.
    if (same === enough && /\p{L}/u.test(text.slice(-phrase))) return phrase;
  }
  return 0;
}

/** Why the text counts as repetitive; null: it does not. */
export function repetitionIn(text: string): string | null {
  const phrase = loopAtEnd(text.trimEnd());
  if (phrase > 0) return `it ends in repeating ${phrase} characters`;
  const words = text.toLowerCase().split(/\s+/);
  if (words.length < LEAST_WORDS) return null;
  const triples = new Set<string>();
  for (let i = 2; i < words.length; i += 1) triples.add(`${words[i - 2]} ${words[i - 1]} ${words[i]}`);
  const share = triples.size / (words.length - 2);
  return share < LEAST_NEW_TRIPLES
    ? `it repeats itself (${Math.round(100 * share)} % of its word triples are new)`
    : null;
}
