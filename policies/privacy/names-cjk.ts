// Whole names in Japanese and Korean that the tagger does not know: their shape is enough where what stands around them says so.
import type { Finding } from '../../contract/recognizer.ts';

/** What the lists say of a word. */
export interface WordLists {
  isSurname(word: string): boolean;
  isPlace(word: string): boolean;
  /** In a vocabulary of many languages. */
  isKnownWord(word: string): boolean;
}

const SCORE = 0.85;
const HAS_SPLIT = /[\u4e00-\u9fff々][ \u3000][\u3041-\u30ff\u4e00-\u9fff]/;
const HAS_KANA = /[\u3041-\u30ff]/;
const HAS_KOREAN = /[\uac00-\ud7a3]/;

const KOREAN_SURNAMES =
  '김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용예경봉사부복태목형계피두감음빈온호범좌팽승간갈당';
const KOREAN_TITLES =
  '님|씨|군|양|선배|후배|선생|교수|박사|과장|대리|부장|차장|팀장|실장|사장|회장|대표|이사|원장|의원|기자|선수|감독|작가|변호사|간호사|환자|고객|사원|주임|매니저|의사|약사|코치|학생|어린이|할머니|할아버지|아저씨|아주머니';
const KOREAN = new RegExp(
  `(?<![\\p{L}\\p{N}])((?:남궁|황보|제갈|사공|선우|서문|독고|동방)[가-힣]{1,2}|[${KOREAN_SURNAMES}][가-힣]{1,2})(?= ?(?:${KOREAN_TITLES})(?:님|께|께서|에게|이|가|은|는|을|를|의|과|와|도|한테)?(?![가-힣]))`,
  'gu',
);
/** Whom a title is put behind without a name: `고객님`, `사장님`, `전공 선배`. */
const KOREAN_ROLES = new Set(
  (
    '고객 고객센 사장 선생 부장 원장 주인 기사 어머 어머니 하나 손 형 이사 사모 공주 도련 부모 부인 서방 장모 장인 조교 차장 주임 주치 주치의 전공 전임 인생 ' +
    '우리 동네 동기 여자 남자 여학 남학 여성 남성 이모 고모 조카 신부 신랑 신입 신입생 유학 유학생 고등 국회 국가 이전 현재 전직 현직 여러 모든 어떤 이런 그런 ' +
    '이 소아 성인 노인 임산 임산부 대상 담당 정회 정회원 우수 우수한 연구 연구원 전문 전문가 지도 지도교 유명 성공 여행 사용 사용자 이용 이용자 구매 구매자 판매 판매자'
  ).split(' '),
);

const JAPANESE =
  /(?<![\p{Script=Han}\p{Script=Katakana}\p{L}\p{N}々])([\p{Script=Han}々]{1,3})[ 　]([\p{Script=Han}々]{1,3}|\p{Script=Katakana}[\p{Script=Katakana}ー]{1,4}|\p{Script=Hiragana}{2,4}?(?=さん|様|さま|氏|先生|[ 　]))(?=(さん|様|さま|氏|君|くん|ちゃん|殿|先生|先輩)|$|[\s、。，．,.!！?？「」『』（）()・:：;；]|[はがをにのとでもへや])/gu;
/** Japanese surnames of one character, which no list of words holds. */
const SHORT_SURNAMES = /^[林森関東辻原堀岡菅堤西南北星谷島泉平畑脇榊桂江湊牧城浜滝杉橘梶槙柳栗峰旭迫巽]$/u;
/** Second words that are no given names: titles, and what places are followed by. */
const JAPANESE_NO_GIVEN =
  /^(?:部長|課長|係長|社長|会長|店長|教授|博士|医師|選手|先輩|先生|様|氏|君|殿|県|市|区|町|村|駅|店|支店|本店|大学|高校|公園|病院|空港|銀行|株式|第.|[一二三四五六七八九十]+)$/u;

/** Persons in a text, as far as their shape and the words around them say so; sorted, disjoint. */
export function cjkNames(text: string, { isSurname, isPlace, isKnownWord }: WordLists): Finding[] {
  const found: Finding[] = [];
  const add = (start: number, end: number): void => {
    found.push({ type: 'PERSON', start, end, score: SCORE, recognizer: 'names-cjk' });
  };
  if (HAS_KOREAN.test(text)) {
    for (const match of text.matchAll(KOREAN)) {
      const name = match[1] as string;
      if (!KOREAN_ROLES.has(name) && !isKnownWord(name)) add(match.index, match.index + name.length);
    }
  }
  if (HAS_SPLIT.test(text)) {
    const isJapanese = HAS_KANA.test(text);
    for (const match of text.matchAll(JAPANESE)) {
      const [whole, family, given, title] = match as unknown as [string, string, string, string | undefined];
      const isName =
        (isSurname(family) || (isJapanese && given.length > 1 && SHORT_SURNAMES.test(family))) &&
        !JAPANESE_NO_GIVEN.test(given) &&
        (title !== undefined || !isPlace(family));
      if (isName) add(match.index, match.index + whole.length);
    }
  }
  return found.sort((a, b) => a.start - b.start);
}
