// Identity cards of the United Arab Emirates: 784, year of birth, serial, Luhn (ICP).
import { isLuhnValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ae-eid',
  type: 'AE_EID',
  layouts: [
    ['ddd-dddd-ddddddd-d', 0.95],
    ['ddddddddddddddd', 0.6],
  ],
  context: ['emirates id', 'eid', 'هوية', 'uae id'],
  isValid: (id) => /^784(?:19|20)/.test(id) && isLuhnValid(id),
  examples: {
    match: [['emirates id 784-1980-1234567-8, as it stands', '784-1980-1234567-8']],
    noMatch: ['emirates id 784-1980-1234567-9'],
  },
});
