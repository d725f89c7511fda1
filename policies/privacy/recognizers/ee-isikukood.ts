// Estonian and Lithuanian personal codes: sex and century, day of birth, two rounds of weights mod 11.
import { hasDayAt, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ee-isikukood',
  type: 'EE_ISIKUKOOD',
  layouts: [['ddddddddddd', 0.4]],
  context: ['isikukood', 'asmens kodas', 'personal code', 'isikukoodi', 'asmens kodą'],
  isValid: (id) => {
    let rest = weightedSum(id.slice(0, 10), [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    if (rest === 10) rest = (weightedSum(id.slice(0, 10), [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10;
    return /^[1-8]/.test(id) && hasDayAt(id, 3) && rest === Number(id[10]);
  },
  examples: {
    match: [
      ['isikukood 36805280109, as it stands', '36805280109'],
      ['isikukood: 33309240064', '33309240064'],
    ],
    noMatch: ['isikukood 36805280100', 'order 36805280109 is ready'],
  },
});
