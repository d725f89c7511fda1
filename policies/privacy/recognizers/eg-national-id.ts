// Egyptian national ids: century, day of birth, governorate, serial, check digit.
import { hasDayAt } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'eg-national-id',
  type: 'EG_NATIONAL_ID',
  layouts: [['dddddddddddddd', 0.4]],
  context: ['الرقم القومي', 'national id', 'egyptian id', 'بطاقة'],
  isValid: (id) => /^[23]/.test(id) && hasDayAt(id, 3) && /^.{7}(?:0[1-4]|1[1-9]|2[1-9]|3[1-5]|88)/.test(id),
  examples: {
    match: [['الرقم القومي 29001012100012, as it stands', '29001012100012']],
    noMatch: ['national id 29013012100012', 'order 29001012100012 is ready'],
  },
});
