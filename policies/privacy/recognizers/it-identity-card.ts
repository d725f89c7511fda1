// Italian identity cards: AA 1234567 on paper, CA12345AA electronic.
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'it-identity-card',
  type: 'IT_IDENTITY_CARD',
  layouts: [
    ['aadddddaa', 0.4],
    ['aaddddddd', 0.2],
    ['aa ddddddd', 0.2],
  ],
  context: [
    "carta d'identità",
    "carta d'identita",
    'carta identità',
    'carta di identità',
    'identity card',
    'cie',
  ],
  isUpperCase: true,
  isValid: (id) => /^(?:[A-Z]{2}\d{7}|C[A-Z]\d{5}[A-Z]{2})$/.test(id),
  examples: {
    match: [
      ["carta d'identità CA12345AA, as it stands", 'CA12345AA'],
      ["carta d'identità: AA1234567", 'AA1234567'],
    ],
    noMatch: ['order CA12345AA is ready', 'order CA12345AA is ready'],
  },
});
