// Subscriber identities (IMSI): 15 digits, beside a word.
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'imsi',
  type: 'IMSI_ID',
  layouts: [['ddddddddddddddd', 0.2]],
  context: ['imsi', 'subscriber'],
  isValid: (id) => /^[2-7]/.test(id),
  examples: {
    match: [['imsi 310150123456789, as it stands', '310150123456789']],
    noMatch: ['order 310150123456789 is ready', 'order 310150123456789 is ready'],
  },
});
