// Turkish ids (TCKN): two check digits mod 10 (NVI).
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'tr-national-id',
  type: 'TR_NATIONAL_ID',
  layouts: [['ddddddddddd', 0.55]],
  context: ['tckn', 't.c. kimlik', 'tc kimlik', 'kimlik', 'kimlik no', 't.c.'],
  isValid: (id) => {
    const digits = [...id].map(Number) as number[];
    const odd = weightedSum(id.slice(0, 9), [1, 0]);
    const even = weightedSum(id.slice(0, 8), [0, 1]);
    const total = weightedSum(id.slice(0, 10), [1]);
    return (
      !id.startsWith('0') && (((odd * 7 - even) % 10) + 10) % 10 === digits[9] && total % 10 === digits[10]
    );
  },
  examples: {
    match: [['tckn 17291716060, as it stands', '17291716060']],
    noMatch: ['tckn 17291716061'],
  },
});
