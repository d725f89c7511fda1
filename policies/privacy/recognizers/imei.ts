// IMEI of phones: 15 digits, Luhn, a reporting body in front (3GPP TS 23.003).
import { isLuhnValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'imei',
  type: 'IMEI',
  layouts: [
    ['dd-dddddd-dddddd-d', 0.9],
    ['dd dddddd dddddd d', 0.85],
    ['ddddddddddddddd', 0.4],
  ],
  context: ['imei', 'device', 'handset', 'equipment identity'],
  isValid: (id) => /^(?:0[1]|3[35]|4[459]|5[0-4]|8[6]|9[189])/.test(id) && isLuhnValid(id),
  examples: {
    match: [
      ['imei 49-015420-323751-8, as it stands', '49-015420-323751-8'],
      ['imei: 490154203237518', '490154203237518'],
    ],
    noMatch: ['imei 49-015420-323751-9', 'order 490154203237518 is ready'],
  },
});
