// Polish PESEL: weights 1, 3, 7, 9; the month carries the century (20, 40, 60 or 80 added).
import { isDay, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'pl-pesel',
  type: 'PL_PESEL',
  layouts: [['ddddddddddd', 0.45]],
  context: ['pesel', 'nr pesel', 'numer pesel'],
  isValid: (id) =>
    isDay(Number(id.slice(2, 4)) % 20, Number(id.slice(4, 6))) &&
    weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
  examples: {
    match: [['pesel 44051401359, as it stands', '44051401359']],
    noMatch: ['pesel 44051401350', 'order 44051401359 is ready'],
  },
});
