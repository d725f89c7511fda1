// British national insurance numbers: prefixes never issued are refused (HMRC, NIM39110).
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'uk-nino',
  type: 'UK_NINO',
  layouts: [
    ['aa dd dd dd a', 0.9],
    ['aadddddda', 0.8],
    ['aa dddddd a', 0.9],
    ['aa-dd-dd-dd-a', 0.9],
  ],
  context: ['national insurance', 'ni number', 'nino', 'ni no', 'insurance number'],
  isValid: (id) => /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/.test(id),
  examples: {
    match: [
      ['national insurance AB 12 34 56 C, as it stands', 'AB 12 34 56 C'],
      ['national insurance: AB123456C', 'AB123456C'],
    ],
    noMatch: ['NI number GB 12 34 56 C', 'QQ123456C'],
  },
});
