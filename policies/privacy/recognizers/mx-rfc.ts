// Mexican tax ids (RFC) of persons and companies: day, homoclave and check character mod 11 (SAT).
import { hasDayAt } from '../checksums.ts';
import { defineId } from '../define-id.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ';

export default defineId({
  name: 'mx-rfc',
  type: 'MX_RFC',
  layouts: [
    ['aaaa ?ddddddxxx', 0.85],
    ['aaaa dddddd xxx', 0.9],
    ['aaaa-dddddd-xxx', 0.9],
    ['aaaddddddxxx', 0.7],
    ['aaa-dddddd-xxx', 0.85],
    ['aaa dddddd xxx', 0.85],
  ],
  context: ['rfc', 'registro federal', 'contribuyentes'],
  isValid: (id) => {
    let sum = 0;
    const padded = id.padStart(13, ' ');
    for (let i = 0; i < 12; i += 1) sum += ALPHABET.indexOf(padded[i] as string) * (13 - i);
    return hasDayAt(id, id.length - 7) && '0123456789A'[(11 - (sum % 11)) % 11] === id.at(-1);
  },
  examples: {
    match: [
      ['rfc GODE 561231 GR8, as it stands', 'GODE 561231 GR8'],
      ['rfc: MAB-930714-8T4', 'MAB-930714-8T4'],
    ],
    noMatch: ['rfc GODE 561231 GR9'],
  },
});
