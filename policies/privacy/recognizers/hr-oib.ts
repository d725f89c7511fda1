// Croatian personal identification numbers (OIB): ISO 7064 mod 11,10.
import { isMod11_10Valid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'hr-oib',
  type: 'HR_OIB',
  layouts: [['ddddddddddd', 0.35]],
  context: ['oib', 'osobni identifikacijski broj'],
  isValid: (id) => isMod11_10Valid(id),
  examples: {
    match: [['oib 33392005961, as it stands', '33392005961']],
    noMatch: ['oib 33392005962', 'order 33392005961 is ready'],
  },
});
