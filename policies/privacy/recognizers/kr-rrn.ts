// Korean resident registration numbers: day of birth and sex; the check digit no longer holds since October 2020.
import { hasDayAt } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'kr-rrn',
  type: 'KR_RRN',
  layouts: [
    ['dddddd-ddddddd', 0.75],
    ['ddddddddddddd', 0.3],
  ],
  context: ['주민등록번호', '주민번호', 'rrn', 'resident registration', '주민'],
  isValid: (id) => hasDayAt(id, 2) && /^.{6}[1-4]/.test(id),
  examples: {
    match: [
      ['주민등록번호 900101-1234568, as it stands', '900101-1234568'],
      ['주민등록번호: 9001011234568', '9001011234568'],
    ],
    noMatch: ['rrn 901301-1234568', 'order 9001011234568 is ready'],
  },
});
