// Russian pension numbers (SNILS): weights 9 to 1 mod 101.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ru-snils',
  type: 'RU_SNILS',
  layouts: [
    ['ddd-ddd-ddd dd', 0.95],
    ['ddd-ddd-ddd-dd', 0.95],
    ['ddd ddd ddd dd', 0.6],
    ['ddddddddddd', 0.3],
  ],
  context: ['снилс', 'snils', 'пенсионного страхования'],
  isValid: (id) =>
    (weightedSum(id.slice(0, 9), [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === Number(id.slice(9)),
  examples: {
    match: [
      ['снилс 112-233-445 95, as it stands', '112-233-445 95'],
      ['снилс: 11223344595', '11223344595'],
    ],
    noMatch: ['снилс 112-233-445 96', 'order 11223344595 is ready'],
  },
});
