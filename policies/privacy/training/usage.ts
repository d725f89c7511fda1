// How usual a word is in small letters and with a capital, in any language: by its places in a vocabulary that was merged from the
// most frequent pieces of a large, mixed collection of texts first (o200k, MIT, as the package tiktoken ships it). Ordinary words
// with a capital, of which labelled sets are too small to know, are told from names so.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CAPITAL_BITS } from '../tagger/gazetteer.ts';

/** A word is so usual, 5 to 1, as the first of these places that it is before; 0: no token of the vocabulary. */
const PLACES = [8_000, 20_000, 50_000, 100_000, Number.POSITIVE_INFINITY];

function* tokensByPlace(): Generator<[place: number, token: string]> {
  const file = createRequire(import.meta.url).resolve('tiktoken/encoders/o200k_base.json');
  const { bpe_ranks: ranks } = JSON.parse(readFileSync(file, 'utf8')) as { bpe_ranks: string };
  // `! 0 IQ== Ig== …`: a line's first token has this place, the others follow.
  for (const line of ranks.split('\n')) {
    const [, first, ...tokens] = line.split(' ');
    let place = Number(first);
    for (const token of tokens) {
      yield [place, Buffer.from(token, 'base64').toString('utf8')];
      place += 1;
    }
  }
}

/** Words of two to eight characters by the script that they are in, for texts that are nobody's. */
const SCRIPT_WORDS: Record<string, RegExp> = {
  zh: /^\p{Script=Han}{2,8}$/u,
  ja: /^(?=.*[\p{Script=Hiragana}\p{Script=Katakana}])[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}ー]{2,8}$/u,
  ko: /^ \p{Script=Hangul}{2,8}$/u,
};
let words: Map<string, string[]> | undefined;

/** The vocabulary's words in the script of a language, zh, ja or ko; none of others. */
export function scriptWords(language: string): readonly string[] {
  if (words === undefined) {
    words = new Map(Object.keys(SCRIPT_WORDS).map((key) => [key, []]));
    for (const [, token] of tokensByPlace()) {
      for (const [key, pattern] of Object.entries(SCRIPT_WORDS))
        if (pattern.test(token)) words.get(key)?.push(token.trim());
    }
  }
  return words.get(language) ?? [];
}

/** Lower-case words, each with how usual it is: in small letters above CAPITAL_BITS, with a capital in them. */
export function usages(): Map<string, number> {
  const all = new Map<string, number>();
  for (const [place, token] of tokensByPlace()) {
    const word = /^ (\p{L}[\p{Ll}\p{Lo}\p{M}]+)$/u.exec(token)?.[1];
    if (word === undefined) continue;
    const low = word.toLowerCase();
    const usual = PLACES.length - PLACES.findIndex((end) => place < end);
    all.set(low, (all.get(low) ?? 0) | (low === word ? usual << CAPITAL_BITS : usual));
  }
  return all;
}
