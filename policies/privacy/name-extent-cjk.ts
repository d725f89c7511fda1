// How far names in Chinese, Japanese and Korean go. The tagger reads these scripts by the character: it stops within a given name,
// before the given name behind a space, or takes the first character of the next word with it.

const HAN = '\\p{Script=Han}々';
const CJK = new RegExp(`^[${HAN}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}ー]`, 'u');
const HANGUL = /\p{Script=Hangul}/u;

/** What follows a surname in Japan and China and is no given name: titles, a company, a park. */
const TITLE =
  /^(?:さん|様|氏|君|くん|ちゃん|殿|先生|部長|課長|係長|社長|会長|店長|教授|博士|医師|选手|選手|先輩|先辈|小姐|女士|老师|老師|医生|醫生|经理|經理|主任|总监|總監|律师|律師|同学|同學|公園|公司)/u;
/** What follows a Japanese name: a sign, a space, a title, a particle. */
const NAME_END =
  '(?=$|[\\s、。，．,.!！?？「」『』（）()・:：;；/]|さん|様|さま|氏|君|くん|ちゃん|殿|先生|[はがをにのとでもへや])';
const GIVEN = new RegExp(
  `^[ 　]((?:[${HAN}]{1,3}|\\p{Script=Katakana}[\\p{Script=Katakana}ー]{1,4})${NAME_END}|\\p{Script=Hiragana}{2,4}?(?=$|[\\s、。，．]|さん|様|さま|氏|先生))`,
  'u',
);
/** The rest of a given name of which the tagger has a part. */
const REST_OF_GIVEN = new RegExp(`^[${HAN}]{1,2}${NAME_END}`, 'u');

/** Characters that hardly ever end a Chinese given name, and often begin the next word. */
const NEXT_WORD =
  /[帮幫让讓被的了吗嗎呢吧你您我他她它们們说說很没沒把给給打叫请請要去来來也都还還再跟替问問找和与與是在对對向从從将將会會能想用为為]/u;

/** Syllables that are glued to Korean names and are no part of them. */
const PARTICLE =
  /^(?:은|는|이|가|을|를|의|에|도|와|과|로|만|야|아|께|님|씨|군|양|랑|한|입|으|라|보|처|까|부|하)/u;

/** Surnames of two characters; the given name is still to come. */
const LONG_SURNAME =
  /^(?:欧阳|歐陽|上官|司马|司馬|诸葛|諸葛|皇甫|尉迟|尉遲|公孙|公孫|慕容|令狐|司徒|端木|东方|東方|夏侯|南宫|南宮|独孤|轩辕|宇文|长孙|鲜于|闻人|钟离)$/u;

interface Extent {
  start: number;
  end: number;
}

const isHan = (text: string, at: number): boolean => /[\p{Script=Han}々]/u.test(text[at] ?? '');

/** A name that begins within a word is the word behind it: `와준 연나현` in `도와준 연나현`. */
function koreanExtent(text: string, start: number, end: number): Extent {
  let from = start;
  const space = text.slice(start, end).indexOf(' ');
  if (space > 0 && HANGUL.test(text[start - 1] ?? '') && end - start - space > 2) from = start + space + 1;
  const rest = /^\p{Script=Hangul}(?!\p{Script=Hangul})/u.exec(text.slice(end, end + 2));
  const isCut = rest !== null && end - from === 2 && !PARTICLE.test(rest[0]);
  return { start: from, end: isCut ? end + 1 : end };
}

/** Where a person's name that was found from `start` to `end` begins and ends, if it is in one of these scripts. */
export function cjkExtent(
  text: string,
  start: number,
  end: number,
  isSurname: (word: string) => boolean,
): Extent {
  if (!CJK.test(text.slice(start, start + 1))) return { start, end };
  if (HANGUL.test(text[start] as string)) return koreanExtent(text, start, end);
  let to = end;
  const name = text.slice(start, end);
  // `何玲 帮` in `何玲 帮忙`: the first character of the next word.
  if (/^\p{Script=Han}{2,4} \p{Script=Han}$/u.test(name) && isHan(text, end) && !isSurname(name.slice(0, -2)))
    to = end - 2;
  else if (/^\p{Script=Han}{3,5}$/u.test(name) && isHan(text, end) && NEXT_WORD.test(name.at(-1) as string))
    to = end - 1;
  if (to < end) return { start, end: to };
  const parts = name.split(/[ 　]/u);
  if (parts.length === 2 && isSurname(parts[0] as string))
    return { start, end: end + (REST_OF_GIVEN.exec(text.slice(end, end + 5))?.[0].length ?? 0) };
  if (parts.length === 1 && !isHan(text, start - 1) && isSurname(name)) {
    const given = GIVEN.exec(text.slice(end, end + 9));
    if (given !== null && !TITLE.test(given[1] as string)) return { start, end: end + given[0].length };
  }
  const given = LONG_SURNAME.test(name)
    ? /^\p{Script=Han}{1,2}(?!\p{Script=Han})/u.exec(text.slice(end, end + 3))
    : null;
  if (given !== null) return { start, end: end + given[0].length };
  // `曹晓啸` between two spaces: one name, as nothing else is that short.
  const rest = /^\p{Script=Han}(?=$|[\s，。、,.;:：；！？!?])/u.exec(text.slice(end, end + 2));
  if (
    rest !== null &&
    name.length === 2 &&
    /(?:^|[\s，。、,.:：])$/u.test(text.slice(Math.max(0, start - 1), start))
  )
    return { start, end: end + 1 };
  return { start, end };
}
