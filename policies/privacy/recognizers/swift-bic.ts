// SWIFT/BIC codes of banks (ISO 9362): four letters, country, place, branch; beside a word, since many words look so.
import { defineRecognizer } from '../../../contract/recognizer.ts';

const COUNTRIES =
  'AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BG BH BM BN BO BR BS BW BY BZ CA CH CI CL CM CN CO CR CU CY CZ DE DK DO DZ EC EE EG ES ET FI FJ FO FR GB GE GH GI GL GR GT HK HN HR HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KR KW KY KZ LA LB LI LK LT LU LV LY MA MC MD ME MG MK MN MO MT MU MV MX MY MZ NA NG NI NL NO NP NZ OM PA PE PH PK PL PT PY QA RO RS RU RW SA SE SG SI SK SM SN SV TH TN TR TT TW TZ UA UG US UY UZ VA VE VG VN XK ZA ZM ZW'.split(
    ' ',
  );

export default defineRecognizer({
  name: 'swift-bic',
  type: 'SWIFT_CODE',
  anchors: ['swift', 'bic', 'bank'],
  lead: 0,
  patterns: [
    {
      regex:
        /(?:swift|bic|bank(?:leitzahl| identifier)?)(?:[ /-]?(?:bic|swift|code|nr|no))?\.?["']?\s{0,3}(?:[:=#]|is|ist|code)?\s{0,3}["']?(?<value>[A-Za-z]{6}[A-Za-z0-9]{2}(?:[A-Za-z0-9]{3})?)(?![A-Za-z0-9])/gi,
      score: 0.85,
    },
  ],
  validate: (value) =>
    COUNTRIES.includes(value.slice(4, 6)) && value === value.toUpperCase() ? null : false,
  examples: {
    match: [
      ['BIC: COBADEFFXXX', 'COBADEFFXXX'],
      ['SWIFT/BIC NWBKGB2L', 'NWBKGB2L'],
    ],
    noMatch: ['a swift response', 'BIC: COBAXXFFXXX', 'SWIFT PROGRAMS'],
  },
});
