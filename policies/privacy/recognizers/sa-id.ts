// Saudi national ids (1) and residence permits (2): Luhn.
import { isLuhnValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'sa-id',
  type: 'SA_ID',
  layouts: [['dddddddddd', 0.25]],
  context: ['iqama', 'الهوية', 'رقم الهوية', 'saudi id', 'national id', 'إقامة'],
  isValid: (id) => /^[12]/.test(id) && isLuhnValid(id),
  examples: {
    match: [['iqama 1000000008, as it stands', '1000000008']],
    noMatch: ['iqama 1000000009', 'order 1000000008 is ready'],
  },
});
