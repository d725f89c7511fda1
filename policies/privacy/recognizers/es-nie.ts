// Spanish ids of foreigners (NIE): X, Y or Z, seven digits, a letter mod 23.
import { defineId } from '../define-id.ts';

const LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

export default defineId({
  name: 'es-nie',
  type: 'ES_NIE',
  layouts: [
    ['addddddda', 0.9],
    ['a-ddddddd-a', 0.95],
    ['addddddd-a', 0.95],
    ['a-ddddddda', 0.95],
  ],
  context: ['nie', 'extranjero', 'número de identidad de extranjero'],
  isValid: (id) =>
    /^[XYZ]/.test(id) && LETTERS[Number('XYZ'.indexOf(id[0] as string) + id.slice(1, 8)) % 23] === id[8],
  examples: {
    match: [
      ['nie X-2482300-W, as it stands', 'X-2482300-W'],
      ['nie: X2482300W', 'X2482300W'],
    ],
    noMatch: ['nie X-2482301-W'],
  },
});
