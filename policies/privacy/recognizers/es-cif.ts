// Spanish tax numbers of companies (CIF): a letter, seven digits, a control digit or letter by Luhn.
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'es-cif',
  type: 'ES_CIF',
  layouts: [
    ['adddddddx', 0.45],
    ['a-ddddddd-x', 0.7],
    ['a-dddddddx', 0.7],
    ['addddddd-x', 0.6],
  ],
  context: ['cif', 'nif', 'sociedad'],
  isValid: (id) => {
    let sum = 0;
    for (let i = 1; i <= 7; i += 1) {
      const product = Number(id[i]) * (i % 2 === 1 ? 2 : 1);
      sum += product > 9 ? product - 9 : product;
    }
    const check = (10 - (sum % 10)) % 10;
    return /^[ABCDEFGHJNPQRSUVW]/.test(id) && (id[8] === String(check) || id[8] === 'JABCDEFGHI'[check]);
  },
  examples: {
    match: [
      ['cif J99216582, as it stands', 'J99216582'],
      ['cif: J-99216582', 'J-99216582'],
    ],
    noMatch: ['cif J99216583'],
  },
});
