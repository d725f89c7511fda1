// Indian Aadhaar numbers: twelve digits from 2 on, Verhoeff; no palindromes (UIDAI).
import { isOneDigit, isVerhoeffValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'in-aadhaar',
  type: 'IN_AADHAAR',
  layouts: [
    ['dddd dddd dddd', 0.75],
    ['dddd-dddd-dddd', 0.7],
    ['dddddddddddd', 0.4],
  ],
  context: ['aadhaar', 'aadhar', 'uidai', 'आधार', 'uid'],
  isValid: (id) => /^[2-9]/.test(id) && isVerhoeffValid(id) && !isOneDigit(id),
  examples: {
    match: [
      ['aadhaar 2341 2341 2346, as it stands', '2341 2341 2346'],
      ['aadhaar: 234123412346', '234123412346'],
    ],
    noMatch: ['aadhaar 2341 2341 2347', 'order 234123412346 is ready'],
  },
});
