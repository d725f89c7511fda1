// Swiss social insurance numbers (AHV, AVS): 756 and an EAN-13 check digit (ZAS).
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ch-ahv',
  type: 'CH_AHV',
  layouts: [
    ['ddd.dddd.dddd.dd', 0.9],
    ['ddd dddd dddd dd', 0.8],
    ['ddddddddddddd', 0.55],
  ],
  context: ['ahv', 'avs', 'ahv-nr', 'ahv-nummer', 'sozialversicherungsnummer', 'numéro avs'],
  isValid: (id) => id.startsWith('756') && weightedSum(id, [1, 3]) % 10 === 0,
  examples: {
    match: [
      ['ahv 756.9217.0769.85, as it stands', '756.9217.0769.85'],
      ['ahv: 7569217076985', '7569217076985'],
    ],
    noMatch: ['ahv 756.9217.0769.86'],
  },
});
