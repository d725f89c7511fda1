// Pakistani identity cards: province, district, serial, sex (NADRA).
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'pk-cnic',
  type: 'PK_CNIC',
  layouts: [
    ['ddddd-ddddddd-d', 0.85],
    ['ddddddddddddd', 0.2],
  ],
  context: ['cnic', 'nic', 'nadra', 'identity card', 'شناختی'],
  isValid: (id) => /^[1-7]/.test(id) && !id.endsWith('0'),
  examples: {
    match: [
      ['cnic 34201-0891231-8, as it stands', '34201-0891231-8'],
      ['cnic: 3420108912318', '3420108912318'],
    ],
    noMatch: ['cnic 94201-0891231-8', 'order 3420108912318 is ready'],
  },
});
