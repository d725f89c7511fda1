// Postal addresses in Japanese, Chinese and Korean: administrative units, streets or blocks, numbers; written from large to small, or in
// lines of a form with the code between.
import { defineRecognizer, type FoundSpan, type Recognizer } from '../../../contract/recognizer.ts';

const HAN = '\\p{Script=Han}';
const JA_NAME = `[${HAN}\\p{Script=Hiragana}\\p{Script=Katakana}ヶケー々]`;
/** 3丁目5番3号, 神宮前1-2-3 */
const BLOCK = '\\d{1,3}丁目(?:\\d{1,4}(?:番地?の?|[-−])(?:\\d{1,4}号?)?)?';
const JA_TOWN = `${JA_NAME}{1,8}?[市区町村郡]`;
const JA = `(?:〒?\\d{3}-\\d{4}[,、 ]{0,2})?(?:${JA_NAME}{1,3}[都道府県])?(?:${JA_TOWN}){0,3}(?:${JA_NAME}{0,8})${BLOCK}(?:[,、 ]{1,2}〒?\\d{3}-\\d{4}[,、 ]{0,2}(?:${JA_NAME}{2,4}[都道府県])?${JA_NAME}{1,8}[市区町村郡])?`;
/** 朝阳区建国路88号; a number alone is a date or a size, unless code and town follow: 成旁988号, 847924 厦林市 */
const ZH_PLACE = `(?:${HAN}{2,8}?(?:省|自治区|市))?(?:${HAN}{1,6}?[市区县]){0,2}${HAN}{1,8}?`;
const ZH_TOWN = `, ?\\d{6},? ?${HAN}{1,6}[市县区州]`;
const ZH = `${ZH_PLACE}(?:(?:路|街|道|巷|弄|胡同|村|大厦)\\d{1,5}号(?:院|楼)?(?:\\d{1,4}(?:室|单元|栋|层))*(?:${ZH_TOWN})?|\\d{1,5}号${ZH_TOWN})`;
/** 서울특별시 강남구 테헤란로 152; 52547 편항5길, 274-074 밀양구 */
const HANGUL = '\\p{Script=Hangul}';
const KO_UNIT = `${HANGUL}{1,6}(?:특별시|광역시|도|시|군|구|읍|면|동)`;
const KO = `(?:${KO_UNIT} ){1,3}${HANGUL}{1,8}\\d{0,3}(?:로|길|동|가) ?\\d{1,4}(?:-\\d{1,4})?|\\d{1,5} ${HANGUL}{1,8}\\d{0,3}(?:로|길), ?(?:\\d{5}|\\d{3}-\\d{3}) ${HANGUL}{1,8}[시군구]`;

const FORMS = [
  { regex: new RegExp(JA, 'gu'), score: 0.85 },
  { regex: new RegExp(ZH, 'gu'), score: 0.75 },
  { regex: new RegExp(KO, 'gu'), score: 0.8 },
];
const BEHIND = new Set([...'号丁길로'].map((char) => char.charCodeAt(0)));
const BEFORE = new Set([...'로길동가'].map((char) => char.charCodeAt(0)));
/** The signs begin with CJK's, Hangul is behind them. */
const FIRST_SIGN = 0x4e00;
const isHangul = (unit: number): boolean => unit >= 0xac00 && unit <= 0xd7a3;
/** Of an address on each side of the number. */
const REACH = 60;

/** Around each number that stands beside one of these signs. */
const find: Recognizer['find'] = (text, { units, unitsOr, runs, runStarts, runEnds }) => {
  const found: FoundSpan[] = [];
  if (unitsOr < FIRST_SIGN) return found;
  let done = 0;
  for (let i = 0; i < runs; i += 1) {
    const start = runStarts[i] as number;
    const end = runEnds[i] as number;
    if (start < done || end - start > 5) continue;
    const before = start > 0 ? (units[start - 1] as number) : 0;
    const sign = before === 32 && start > 1 ? (units[start - 2] as number) : before;
    const isBeforeHangul = units[end] === 32 && isHangul(units[end + 1] as number);
    if (!BEHIND.has(units[end] as number) && !BEFORE.has(sign) && !isBeforeHangul) continue;
    const from = Math.max(done, start - REACH);
    const piece = text.slice(from, end + REACH);
    for (const { regex, score } of FORMS)
      for (const { 0: whole, index } of piece.matchAll(regex)) {
        const at = from + index;
        if (at > start || at + whole.length < end) continue;
        found.push([at, at + whole.length, score]);
        done = at + whole.length;
      }
  }
  return found;
};

export default defineRecognizer({
  name: 'address-cjk',
  type: 'ADDRESS',
  minDigits: 1,
  patterns: [],
  find,
  examples: {
    match: [
      ['住所は〒150-0001 東京都渋谷区神宮前1丁目2番3号です', '〒150-0001 東京都渋谷区神宮前1丁目2番3号'],
      ['住所 3丁目5番3号, 547-8522 西後藤市', '3丁目5番3号, 547-8522 西後藤市'],
      ['地址：北京市朝阳区建国路88号', '北京市朝阳区建国路88号'],
      ['주소: 서울특별시 강남구 테헤란로 152', '서울특별시 강남구 테헤란로 152'],
      ['41945 초천9길, 08559 창원군', '41945 초천9길, 08559 창원군'],
    ],
    noMatch: ['第3号文件', '5月3号见面', '2024年5月1日', '2호선을 타고 3번', '12 로'],
  },
});
