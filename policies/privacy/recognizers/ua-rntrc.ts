// Ukrainian taxpayer card numbers (RNOKPP): weights mod 11.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ua-rntrc',
  type: 'UA_RNTRC',
  layouts: [['dddddddddd', 0.3]],
  context: ['рнокпп', 'іпн', 'ідентифікаційний', 'rnokpp', 'ipn', 'податковий номер', 'tax id'],
  isValid: (id) =>
    (((weightedSum(id.slice(0, 9), [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11) + 11) % 11) % 10 === Number(id[9]),
  examples: {
    match: [['рнокпп 1759013776, as it stands', '1759013776']],
    noMatch: ['рнокпп 1759013777', 'order 1759013776 is ready'],
  },
});
