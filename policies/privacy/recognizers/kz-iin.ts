// Kazakh individual numbers (IIN): day of birth, century, two rounds of weights mod 11.
import { hasDayAt, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'kz-iin',
  type: 'KZ_IIN',
  layouts: [['dddddddddddd', 0.4]],
  context: ['иин', 'жсн', 'iin', 'individual identification'],
  isValid: (id) => {
    let rest = weightedSum(id.slice(0, 11), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11;
    if (rest === 10) rest = weightedSum(id.slice(0, 11), [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11;
    return hasDayAt(id, 2) && /^.{6}[1-6]/.test(id) && rest === Number(id[11]);
  },
  examples: {
    match: [['иин 950515450377, as it stands', '950515450377']],
    noMatch: ['иин 950515450378', 'order 950515450377 is ready'],
  },
});
