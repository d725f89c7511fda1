// Brazilian CNPJ, with letters too since July 2026: two check digits mod 11 over ASCII codes minus 48 (Receita Federal).
import { isOneDigit, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

const WEIGHTS = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];

export default defineId({
  name: 'br-cnpj',
  type: 'BR_CNPJ',
  layouts: [
    ['xx.xxx.xxx/xxxx-dd', 0.98],
    ['dddddddddddddd', 0.6],
  ],
  context: ['cnpj', 'cadastro nacional', 'empresa'],
  isValid: (id) => {
    const check = (weights: number[]): number => {
      const rest = weightedSum(id.slice(0, weights.length), weights) % 11;
      return rest < 2 ? 0 : 11 - rest;
    };
    return check(WEIGHTS.slice(1)) === Number(id[12]) && check(WEIGHTS) === Number(id[13]) && !isOneDigit(id);
  },
  examples: {
    match: [
      ['cnpj 16.727.230/0001-97, as it stands', '16.727.230/0001-97'],
      ['cnpj: 16727230000197', '16727230000197'],
    ],
    noMatch: ['cnpj 16.727.230/0001-98'],
  },
});
