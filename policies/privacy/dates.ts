// How dates are written, as pieces of regular expressions.

const MONTHS =
  '(?:jan(?:uary|uar|vier|uari)?|enero|gennaio|janeiro|feb(?:ruary|ruar|rero|braio|ruari)?|février|fevereiro|mar(?:ch|zo|ço|t)?|märz|mars|maart|apr(?:il|ile)?|avril|abril|may|mai|mayo|maggio|maio|mei|june?|juni|juin|junio|giugno|junho|july?|juli|juillet|julio|luglio|julho|aug(?:ust|ustus)?|août|agosto|sep(?:t|tember|tembre|tiembre)?|settembre|setembro|oct(?:ober|obre)?|okt(?:ober)?|octubre|ottobre|outubro|nov(?:ember|embre|iembre)?|novembro|de[cz](?:ember|embre)?|décembre|diciembre|dicembre|dezembro)';
const DAY = '(?:0?[1-9]|[12]\\d|3[01])';
const MONTH = '(?:0?[1-9]|1[0-2])';
const YEAR = '(?:19|20)\\d\\d';

/** One date with day, month and year. */
export const DATE = [
  `${YEAR}[-/.]${MONTH}[-/.]${DAY}`,
  `${DAY}[-/. ]{1,2}${MONTH}[-/. ]{1,2}(?:${YEAR}|\\d\\d)`,
  `${MONTH}[-/]${DAY}[-/](?:${YEAR}|\\d\\d)`,
  `${DAY}(?:st|nd|rd|th|\\.|º)?(?: of| de| di)?[ -]${MONTHS}\\.?(?:,| de| del)?[ -]${YEAR}`,
  `${MONTHS}\\.? ${DAY}(?:st|nd|rd|th)?,? ${YEAR}`,
  `${YEAR}年\\d{1,2}月\\d{1,2}日`,
].join('|');
