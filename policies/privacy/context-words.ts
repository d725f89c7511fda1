// Do context words of a recognizer stand near a match? All recognizers' words are one table. A place's neighbourhood is read once,
// word by word, however many recognizers ask about it.
import type { Recognizer } from '../../contract/recognizer.ts';

/** Characters on each side of a match in which context words count. */
const WINDOW = 50;

/** Letters and digits after lower-casing: ASCII, and all from Latin-1's letters on. */
const isWordCode = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 97 && code <= 122) || code > 0xbf;
/** Chinese has no spaces between words. */
const IDEOGRAPHS = 0x2e80;

interface Word {
  id: number;
  text: string;
}

/** `userPhone` -> `user phone`, lower case. */
const spread = (text: string): string => text.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();

/** @returns does a context word of recognizer `owner` stand near `start` … `end` of the text? */
export function createContextSearch(
  recognizers: readonly Recognizer[],
): (owner: number, text: string, start: number, end: number) => boolean {
  const ids = new Map<string, number>();
  /** By the first run of letters and digits of a word or phrase. */
  const words = new Map<string, Word[]>();
  const elsewhere: Word[] = [];
  const wordsOf = recognizers.map(({ context = [] }) =>
    context.map((text) => {
      const known = ids.get(text);
      if (known !== undefined) return known;
      const id = ids.size;
      ids.set(text, id);
      const head = /^[0-9a-z\u00c0-\u2e7f]+/.exec(text)?.[0];
      if (head === undefined) elsewhere.push({ id, text });
      else if (words.has(head)) (words.get(head) as Word[]).push({ id, text });
      else words.set(head, [{ id, text }]);
      return id;
    }),
  );
  /** When each word was last seen: the number of the neighbourhood. */
  const seen = new Uint32Array(ids.size);
  let neighbourhood = 0;
  let last = { text: '', start: -1, end: -1 };

  const mark = (found: readonly Word[], text: string, at: number): void => {
    for (const { id, text: word } of found) {
      if (!text.startsWith(word, at)) continue;
      const after = at + word.length < text.length ? text.charCodeAt(at + word.length) : 32;
      // `phone_number`, `userPhone` and `phones` count as "phone"; `microphones` does not.
      if (!isWordCode(after) || after === 115) seen[id] = neighbourhood;
    }
  };
  const readWords = (original: string): void => {
    const text = spread(original);
    let hasIdeographs = false;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code >= IDEOGRAPHS) hasIdeographs = true;
      if (!isWordCode(code) || code >= IDEOGRAPHS) continue;
      let end = at + 1;
      while (end < text.length && isWordCode(text.charCodeAt(end)) && text.charCodeAt(end) < IDEOGRAPHS)
        end += 1;
      const head = text.slice(at, end);
      const found = words.get(head);
      if (found !== undefined) mark(found, text, at);
      if (head.endsWith('s')) {
        const singular = words.get(head.slice(0, -1));
        if (singular !== undefined) mark(singular, text, at);
      }
      at = end - 1;
    }
    for (const { id, text: word } of elsewhere) {
      if (word.charCodeAt(0) < IDEOGRAPHS || hasIdeographs) if (text.includes(word)) seen[id] = neighbourhood;
    }
  };

  return (owner, text, start, end) => {
    const wanted = wordsOf[owner] as number[];
    if (wanted.length === 0) return false;
    if (last.start !== start || last.end !== end || last.text !== text) {
      last = { text, start, end };
      neighbourhood += 1;
      readWords(text.slice(Math.max(0, start - WINDOW), start));
      readWords(text.slice(end, end + WINDOW));
    }
    for (let i = 0; i < wanted.length; i += 1) if (seen[wanted[i] as number] === neighbourhood) return true;
    return false;
  };
}
