// French social security numbers (NIR): sex, year, month, place, and the key 97 - n mod 97; Corsica 2A is 19, 2B is 18 (INSEE).
import { remainder } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'fr-nir',
  type: 'FR_NIR',
  layouts: [
    ['d dd dd xx ddd ddd dd', 0.9],
    ['d dd dd dx ddd ddd ?dd', 0.9],
    ['dddddxxdddddddd', 0.6],
  ],
  context: [
    'nir',
    'sécurité sociale',
    'securite sociale',
    'numéro de sécu',
    'insee',
    'n° ss',
    'carte vitale',
  ],
  isValid: (id) => {
    const digits = id.replace('2A', '19').replace('2B', '18');
    return (
      /^[1-478]\d{14}$/.test(digits) && 97 - remainder(digits.slice(0, 13), 97) === Number(digits.slice(13))
    );
  },
  examples: {
    match: [
      ['nir 2 95 10 99 126 111 93, as it stands', '2 95 10 99 126 111 93'],
      ['nir: 253072B07300470', '253072B07300470'],
      ['securite sociale 253072A07300443', '253072A07300443'],
    ],
    noMatch: ['nir 2 95 10 99 126 111 94'],
  },
});
