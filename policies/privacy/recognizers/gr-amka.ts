// Greek social security numbers (AMKA): day of birth, Luhn.
import { hasDayAt, isLuhnValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'gr-amka',
  type: 'GR_AMKA',
  layouts: [['ddddddddddd', 0.4]],
  context: ['αμκα', 'amka'],
  isValid: (id) => hasDayAt(id, 0, true) && isLuhnValid(id),
  examples: {
    match: [['αμκα 01013099997, as it stands', '01013099997']],
    noMatch: ['αμκα 01013099998', 'order 01013099997 is ready'],
  },
});
