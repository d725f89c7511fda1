// The words that cues are looked up in: from the head and the tail of a text, where instructions stand.

const HEAD_CHARS = 700;
const TAIL_CHARS = 500;
const WORD = /[\p{L}\p{M}]+/gu;
const ASCII_ONLY = /^[\0-\x7f]*$/;

const asciiWords = (text: string): string[] => {
  const words: string[] = [];
  let start = -1;
  for (let i = 0; i <= text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= 97 && code <= 122) {
      if (start < 0) start = i;
    } else if (start >= 0) {
      words.push(text.slice(start, i));
      start = -1;
    }
  }
  return words;
};

const wordsOf = (text: string): string[] => {
  const lower = text.toLowerCase();
  return ASCII_ONLY.test(lower) ? asciiWords(lower) : (lower.match(WORD) ?? []);
};

export interface EdgeWords {
  head: string[];
  /** Empty where the head is the whole text. */
  tail: string[];
}

/** Lower-case words of the first 700 and the last 500 code units. */
export function edgeWords(text: string): EdgeWords {
  if (text.length <= HEAD_CHARS + TAIL_CHARS) return { head: wordsOf(text), tail: [] };
  return { head: wordsOf(text.slice(0, HEAD_CHARS)), tail: wordsOf(text.slice(-TAIL_CHARS)) };
}
