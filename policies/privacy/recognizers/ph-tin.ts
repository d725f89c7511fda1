// Philippine taxpayer numbers: nine or twelve digits in groups of three (BIR).
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ph-tin',
  type: 'PH_TIN',
  layouts: [
    ['ddd-ddd-ddd-ddd', 0.6],
    ['ddd-ddd-ddd', 0.25],
    ['ddd-ddd-ddd-ddddd', 0.6],
  ],
  context: ['tin', 'tax identification', 'taxpayer', 'bir'],
  isValid: (id) => !/^000/.test(id),
  examples: {
    match: [
      ['tin 123-456-789-000, as it stands', '123-456-789-000'],
      ['tin: 123-456-789', '123-456-789'],
    ],
    noMatch: ['code 123-456-789 here'],
  },
});
