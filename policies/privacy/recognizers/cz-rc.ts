// Czech and Slovak birth numbers: day (women: month + 50), serial, divisible by 11.
import { isDay, remainder } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'cz-rc',
  type: 'CZ_RC',
  layouts: [
    ['dddddd/dddd', 0.8],
    ['dddddd/ddd', 0.3],
    ['dddddddddd', 0.3],
  ],
  context: ['rodné číslo', 'rodne cislo', 'rč', 'birth number', 'r.č', 'rodné č'],
  isValid: (id) =>
    isDay((Number(id.slice(2, 4)) % 50) % 20, Number(id.slice(4, 6))) &&
    (id.length === 9 || remainder(id, 11) === 0),
  examples: {
    match: [
      ['rodné číslo 710319/2745, as it stands', '710319/2745'],
      ['rodné číslo: 7103192745', '7103192745'],
    ],
    noMatch: ['rodné číslo 710319/2746', 'order 7103192745 is ready'],
  },
});
