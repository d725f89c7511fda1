// US DEA registration numbers: two letters and seven digits with a check digit.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'medical-license',
  type: 'MEDICAL_LICENSE',
  layouts: [['aaddddddd', 0.4]],
  context: ['dea', 'dea number', 'medical license', 'license', 'certificate', 'registration'],
  isUpperCase: true,
  isValid: (id) => {
    const digits = id.slice(-7);
    const sum = weightedSum(digits.slice(0, 6), [1, 2]);
    return /^[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}$/.test(id) && sum % 10 === Number(digits[6]);
  },
  examples: {
    match: [['dea AB1234563, as it stands', 'AB1234563']],
    noMatch: ['dea AB1234564', 'order AB1234563 is ready'],
  },
});
