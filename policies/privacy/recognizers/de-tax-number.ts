// German tax numbers of the tax offices: 2 to 3, 3 to 4 and 5 digits, or 13 digits in the federal form.
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'de-tax-number',
  type: 'DE_TAX_NUMBER',
  layouts: [
    ['dd/ddd/ddddd', 0.55],
    ['ddd/ddd/ddddd', 0.55],
    ['ddd/dddd/dddd', 0.55],
    ['dd ddd ddddd', 0.2],
    ['ddddddddddddd', 0.16],
  ],
  context: ['steuernummer', 'steuernr', 'st.-nr', 'stnr', 'st.nr', 'tax number'],
  examples: {
    match: [
      ['steuernummer 93/815/08152, as it stands', '93/815/08152'],
      ['steuernummer: 5133081508159', '5133081508159'],
    ],
    noMatch: ['order 5133081508159 is ready', 'order 9381508152 is ready'],
  },
});
