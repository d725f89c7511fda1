// Brazilian CPF: two check digits mod 11 (Receita Federal).
import { isOneDigit } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'br-cpf',
  type: 'BR_CPF',
  layouts: [
    ['ddd.ddd.ddd-dd', 0.98],
    ['ddd ddd ddd dd', 0.5],
    ['ddddddddd-dd', 0.8],
    ['ddddddddddd', 0.45],
  ],
  context: ['cpf', 'cadastro de pessoas', 'c.p.f', 'contribuinte', 'documento'],
  isValid: (id) => {
    const check = (length: number): number => {
      let sum = 0;
      for (let i = 0; i < length; i += 1) sum += Number(id[i]) * (length + 1 - i);
      return ((sum * 10) % 11) % 10;
    };
    return !isOneDigit(id) && check(9) === Number(id[9]) && check(10) === Number(id[10]);
  },
  examples: {
    match: [
      ['cpf 390.533.447-05, as it stands', '390.533.447-05'],
      ['cpf: 39053344705', '39053344705'],
    ],
    noMatch: ['cpf 390.533.447-06', 'order 39053344705 is ready'],
  },
});
