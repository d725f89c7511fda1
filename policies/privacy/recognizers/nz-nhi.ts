// New Zealand health indexes (NHI): three letters, four digits, mod 11.
import { defineId } from '../define-id.ts';

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';

export default defineId({
  name: 'nz-nhi',
  type: 'NZ_NHI',
  layouts: [['aaadddd', 0.3]],
  context: ['nhi', 'national health index', 'nhi number'],
  isUpperCase: true,
  isValid: (id) => {
    let sum = 0;
    for (let i = 0; i < 6; i += 1)
      sum += (i < 3 ? LETTERS.indexOf(id[i] as string) + 1 : Number(id[i])) * (7 - i);
    return sum % 11 !== 0 && (11 - (sum % 11)) % 10 === Number(id[6]) && !/[IO]/.test(id);
  },
  examples: {
    match: [['nhi ZAC5361, as it stands', 'ZAC5361']],
    noMatch: ['nhi ZAC5362', 'order ZAC5361 is ready'],
  },
});
