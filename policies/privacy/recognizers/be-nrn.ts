// Belgian national register numbers: date of birth, serial, 97 - n mod 97 (from 2000 on with a 2 in front).
import { remainder } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'be-nrn',
  type: 'BE_NRN',
  layouts: [
    ['dd.dd.dd-ddd.dd', 0.95],
    ['dd.dd.dd-ddd dd', 0.95],
    ['dd dd dd ddd dd', 0.6],
    ['ddddddddddd', 0.3],
  ],
  context: [
    'rijksregister',
    'rijksregisternummer',
    'registre national',
    'numéro national',
    'nationaal nummer',
    'national register',
    'niss',
    'insz',
  ],
  isValid: (id) => {
    const check = Number(id.slice(9));
    const month = Number(id.slice(2, 4)) % 20;
    return (
      month <= 12 &&
      Number(id.slice(4, 6)) <= 31 &&
      (97 - remainder(id.slice(0, 9), 97) === check || 97 - remainder(`2${id.slice(0, 9)}`, 97) === check)
    );
  },
  examples: {
    match: [
      ['rijksregister 85.07.30-033 28, as it stands', '85.07.30-033 28'],
      ['rijksregister: 17073003384', '17073003384'],
    ],
    noMatch: ['rijksregister 85.07.30-033 29', 'order 85073003328 is ready'],
  },
});
