// Spanish social security numbers: province, number, n mod 97.
import { remainder } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'es-ss',
  type: 'ES_SOCIAL_SECURITY',
  layouts: [
    ['dd/dddddddd/dd', 0.9],
    ['dd dddddddd dd', 0.8],
    ['dd-dddddddd-dd', 0.8],
    ['dddddddddddd', 0.4],
  ],
  context: ['nass', 'nuss', 'seguridad social', 'número de afiliación', 'naf'],
  isValid: (id) => {
    const number = id[2] === '0' ? id.slice(0, 2) + id.slice(3, 10) : id.slice(0, 10);
    return Number(id.slice(0, 2)) <= 66 && remainder(number, 97) === Number(id.slice(10));
  },
  examples: {
    match: [['nass 28/12345678/40, as it stands', '28/12345678/40']],
    noMatch: ['nass 28/12345678/41', 'order 281234567840 is ready'],
  },
});
