// French establishments (SIRET, 14 digits) and companies (SIREN, 9 digits): both pass Luhn (INSEE).
import { isLuhnValid, isOneDigit } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'fr-siret',
  type: 'FR_SIRET',
  layouts: [
    ['ddd ddd ddd ddddd', 0.55],
    ['ddd ddd ddd', 0.3],
    ['dddddddddddddd', 0.3],
    ['ddddddddd', 0.2],
  ],
  context: ['siret', 'siren', 'rcs', 'société', 'immatriculée'],
  isValid: (id) => isLuhnValid(id) && !isOneDigit(id),
  examples: {
    match: [
      ['siret 73282932000074, as it stands', '73282932000074'],
      ['siret: 404833048', '404833048'],
      ['rcs 552 008 443', '552 008 443'],
    ],
    noMatch: ['siret 73282932000075', 'order 73282932000074 is ready'],
  },
});
