// Published pre-tokenizer patterns in JavaScript's notation, an oracle that shares no code with ours. Sources: the
// tokenizer.json files of the models, tokenization_kimi.py; (?i:...) is spelt out, possessive marks are left out.
const contractions = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
const spaces = String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`;
const cased = (digits: string, suffix: string, rest = String.raw`[\r\n\/]*`): string =>
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+${suffix}` +
  String.raw`|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*${suffix}` +
  String.raw`|${digits}| ?[^\s\p{L}\p{N}]+${rest}|${spaces}`;
const notHan = (set: string): string => String.raw`[[${set}]--[\p{Script=Han}]]`;
const upper = notHan(String.raw`\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}`);
const lower = notHan(String.raw`\p{Ll}\p{Lm}\p{Lo}\p{M}`);
const afmoeScripts =
  '一-鿿㐀-䶿\\u{F900}-\\u{FAFF}぀-ゟ゠-ヿ･-ﾟ⼀-⿟เ-๿\\u{E80}-\\u{EFF}ក-\\u{17FF}က-\\u{109F}ꩠ-ꩿꧠ-\\u{A9FF}가-\\u{D7AF}ᄀ-ᇿ';
const deepseek3 =
  String.raw`[!"#$%&'\(\)*+,\-.\/:;<=>?@\[\\\]^_\x60\{\|\}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+` +
  String.raw`| ?[\p{P}\p{S}]+[\r\n]*|${spaces}`;
// A digit's \b: no word character after it.
const numberEnd = String.raw`(?![\p{L}\p{M}\p{N}\p{Pc}])`;
const rightGroups = String.raw`\p{Nd}{1,3}(?=(?:\p{Nd}{3})*${numberEnd})`;

/** Each pattern cuts every piece that those before it left. */
export const splitPatterns: Record<string, string[]> = {
  'llama-bpe': [
    String.raw`${contractions}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|${spaces}`,
  ],
  tekken: [cased(String.raw`\p{N}`, '')],
  'gpt-4o': [cased(String.raw`\p{N}{1,3}`, `${contractions}?`)],
  tiny_aya: [rightGroups, cased(String.raw`\p{N}{1,3}`, `${contractions}?`)],
  cohere2moe: [rightGroups, cased(String.raw`\p{N}{1,3}`, `${contractions}?`)],
  youtu: [
    '[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+',
    cased(String.raw`\p{N}`, `${contractions}?`),
  ],
  afmoe: [String.raw`\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))`, `[${afmoeScripts}]+`, deepseek3],
  superbpe: [String.raw`\p{N}+`, String.raw`(?=(?:\p{Nd}{3})+(?!\p{Nd}))`],
  'exaone-moe': [
    String.raw`${contractions}|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n\/]?` +
      String.raw`|\s*[\r\n]|\s+(?!\S)|\s+`,
  ],
  'kimi-k2': [
    String.raw`\p{Script=Han}+|[^\r\n\p{L}\p{N}]?${upper}*${lower}+${contractions}?` +
      String.raw`|[^\r\n\p{L}\p{N}]?${upper}+${lower}*${contractions}?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|${spaces}`,
  ],
};

/** The words of a text: matches, and what lies between them. */
export function splitByPublishedPattern(name: string, text: string): string[] {
  let pieces = text === '' ? [] : [text];
  for (const pattern of splitPatterns[name] ?? []) {
    const expression = new RegExp(pattern, 'gv');
    pieces = pieces.flatMap((piece) => {
      const cuts = [...piece.matchAll(expression)].flatMap(({ index, 0: match }) => [
        index,
        index + match.length,
      ]);
      const places = [...new Set([0, ...cuts, piece.length])].sort((a, b) => a - b);
      return places.slice(1).map((end, i) => piece.slice(places[i], end));
    });
  }
  return pieces;
}
