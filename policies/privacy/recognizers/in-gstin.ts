// Indian GST numbers: state, PAN, entity, Z and a check character mod 36.
import { defineId } from '../define-id.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export default defineId({
  name: 'in-gstin',
  type: 'IN_GSTIN',
  layouts: [['ddaaaaaddddaxax', 0.9]],
  context: ['gstin', 'gst', 'gst number'],
  isValid: (id) => {
    let sum = 0;
    for (let i = 0; i < 14; i += 1) {
      const product = ALPHABET.indexOf(id[i] as string) * (i % 2 === 0 ? 1 : 2);
      sum += Math.floor(product / 36) + (product % 36);
    }
    return id[13] === 'Z' && ALPHABET[(36 - (sum % 36)) % 36] === id[14];
  },
  examples: {
    match: [['gstin 27AAPFU0939F1ZV, as it stands', '27AAPFU0939F1ZV']],
    noMatch: ['gstin 27AAPFU0939F1ZW'],
  },
});
