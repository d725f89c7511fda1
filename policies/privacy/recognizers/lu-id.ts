// Luxembourg national ids: day of birth, serial, a Luhn and a Verhoeff digit.
import { hasDayAt, isLuhnValid, isVerhoeffValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'lu-id',
  type: 'LU_MATRICULE',
  layouts: [
    ['dddd dd dd ddd dd', 0.7],
    ['ddddddddddddd', 0.45],
  ],
  context: ['matricule', 'numéro d’identification', 'cns'],
  isValid: (id) =>
    /^(?:19|20|18)/.test(id) &&
    hasDayAt(id, 4) &&
    isLuhnValid(id.slice(0, 12)) &&
    isVerhoeffValid(id.slice(0, 11) + id[12]),
  examples: {
    match: [['matricule 1893120105732, as it stands', '1893120105732']],
    noMatch: ['matricule 1893120105733', 'order 1893120105732 is ready'],
  },
});
