// Norwegian birth numbers and D-numbers: a day (D: + 40) and two check digits mod 11 (Skatteetaten).
import { isDay, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'no-fodselsnummer',
  type: 'NO_FODSELSNUMMER',
  layouts: [
    ['dddddd ddddd', 0.6],
    ['ddddddddddd', 0.4],
  ],
  context: ['fødselsnummer', 'fodselsnummer', 'fnr', 'personnummer', 'd-nummer', 'fødselsnr'],
  isValid: (id) => {
    const day = Number(id.slice(0, 2)) % 40;
    return (
      isDay(Number(id.slice(2, 4)) % 40, day) &&
      weightedSum(id.slice(0, 10), [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
      weightedSum(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
    );
  },
  examples: {
    match: [
      ['fødselsnummer 151086 95088, as it stands', '151086 95088'],
      ['fødselsnummer: 15108695088', '15108695088'],
    ],
    noMatch: ['fødselsnummer 151086 95089', 'order 15108695088 is ready'],
  },
});
