// Russian taxpayer numbers (INN): ten digits for companies, twelve for persons, mod 11 (FNS).
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

const WEIGHTS = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

export default defineId({
  name: 'ru-inn',
  type: 'RU_INN',
  layouts: [
    ['dddddddddddd', 0.35],
    ['dddddddddd', 0.25],
  ],
  context: ['инн', 'inn', 'идентификационный номер налогоплательщика'],
  isValid: (id) => {
    const check = (weights: number[]): boolean =>
      (weightedSum(id.slice(0, weights.length), weights) % 11) % 10 === Number(id[weights.length]);
    if (id.length === 10) return check(WEIGHTS.slice(2));
    return check(WEIGHTS.slice(1)) && check(WEIGHTS);
  },
  examples: {
    match: [
      ['инн 123456789047, as it stands', '123456789047'],
      ['инн: 1234567894', '1234567894'],
    ],
    noMatch: ['инн 123456789048', 'order 123456789047 is ready'],
  },
});
