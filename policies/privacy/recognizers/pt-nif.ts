// Portuguese tax numbers (NIF): weights 9 to 2, mod 11.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'pt-nif',
  type: 'PT_NIF',
  layouts: [
    ['ddd ddd ddd', 0.3],
    ['ddddddddd', 0.25],
  ],
  context: [
    'nif',
    'contribuinte',
    'número de contribuinte',
    'numero de contribuinte',
    'nipc',
    'contribuinte n',
  ],
  isValid: (id) =>
    /^(?:[1235689]|45|7[0-9])/.test(id) &&
    ((11 - (weightedSum(id.slice(0, 8), [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === Number(id[8]),
  examples: {
    match: [
      ['nif 501 964 843, as it stands', '501 964 843'],
      ['nif: 501964843', '501964843'],
    ],
    noMatch: ['nif 501 964 844', 'order 501964843 is ready'],
  },
});
