// Nigerian national identification numbers: Verhoeff (NIMC).
import { isOneDigit, isVerhoeffValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ng-nin',
  type: 'NG_NIN',
  layouts: [['ddddddddddd', 0.25]],
  context: ['nin', 'nimc', 'national identification', 'national id'],
  isValid: (id) => isVerhoeffValid(id) && !isOneDigit(id),
  examples: {
    match: [['nin 12345678902, as it stands', '12345678902']],
    noMatch: ['nin 12345678903', 'order 12345678902 is ready'],
  },
});
