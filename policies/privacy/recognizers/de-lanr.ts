// German lifelong physician numbers (LANR): weights 4 and 9, mod 10, then two digits of the field.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'de-lanr',
  type: 'DE_LANR',
  layouts: [['ddddddddd', 0.2]],
  context: ['lanr', 'arztnummer', 'lebenslange arztnummer', 'arzt-nr'],
  isValid: (id) => (10 - (weightedSum(id.slice(0, 6), [4, 9]) % 10)) % 10 === Number(id[6]),
  examples: {
    match: [['lanr 123456601, as it stands', '123456601']],
    noMatch: ['lanr 123457601', 'order 123456601 is ready'],
  },
});
