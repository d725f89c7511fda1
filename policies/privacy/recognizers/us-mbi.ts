// US Medicare beneficiary ids: eleven characters, letters without S, L, O, I, B, Z (CMS).
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'us-mbi',
  type: 'US_MBI',
  layouts: [
    ['daxdaxdaadd', 0.75],
    ['daxd-axd-aadd', 0.9],
  ],
  context: ['mbi', 'medicare', 'beneficiary'],
  isValid: (id) =>
    /^[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d[AC-HJKMNP-RT-Y]{2}\d\d$/.test(
      id,
    ),
  examples: {
    match: [
      ['mbi 1EG4-TE5-MK73, as it stands', '1EG4-TE5-MK73'],
      ['mbi: 1EG4TE5MK73', '1EG4TE5MK73'],
    ],
    noMatch: ['mbi 1SG4-TE5-MK73'],
  },
});
