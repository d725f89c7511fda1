// Korean foreigner registration numbers: as residents, with 5 to 8 for the sex.
import { hasDayAt } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'kr-frn',
  type: 'KR_FRN',
  layouts: [
    ['dddddd-ddddddd', 0.75],
    ['ddddddddddddd', 0.3],
  ],
  context: ['외국인등록번호', 'frn', 'foreigner registration', 'alien registration'],
  isValid: (id) => hasDayAt(id, 2) && /^.{6}[5-8]/.test(id),
  examples: {
    match: [['외국인등록번호 900101-5234568, as it stands', '900101-5234568']],
    noMatch: ['frn 901301-5234568', 'order 9001015234568 is ready'],
  },
});
