// Korean business registration numbers: weights 1, 3, 7 and a carry (NTS).
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'kr-brn',
  type: 'KR_BRN',
  layouts: [
    ['ddd-dd-ddddd', 0.75],
    ['dddddddddd', 0.25],
  ],
  context: ['사업자등록번호', '사업자', 'brn', 'business registration'],
  isValid: (id) => {
    const sum =
      weightedSum(id.slice(0, 9), [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor((Number(id[8]) * 5) / 10);
    return (10 - (sum % 10)) % 10 === Number(id[9]);
  },
  examples: {
    match: [
      ['사업자등록번호 116-82-00276, as it stands', '116-82-00276'],
      ['사업자등록번호: 1168200276', '1168200276'],
    ],
    noMatch: ['사업자등록번호 116-82-00277', 'order 1168200276 is ready'],
  },
});
