// German health insurance numbers (KVNR): a letter and nine digits, Luhn with weights 1 and 2 over the letter as two digits.
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'de-health-insurance',
  type: 'DE_HEALTH_INSURANCE',
  layouts: [
    ['addddddddd', 0.5],
    ['addd ddd ddd', 0.6],
  ],
  context: [
    'krankenversichertennummer',
    'versichertennummer',
    'kvnr',
    'krankenversicherung',
    'krankenkasse',
    'versicherten-nr',
    'gesundheitskarte',
    'egk',
  ],
  isValid: (id) => {
    const digits = String(id.charCodeAt(0) - 64).padStart(2, '0') + id.slice(1);
    let sum = 0;
    for (let i = 0; i < 10; i += 1) {
      const product = Number(digits[i]) * (i % 2 === 0 ? 1 : 2);
      sum += product > 9 ? product - 9 : product;
    }
    return sum % 10 === Number(digits[10]);
  },
  examples: {
    match: [['krankenversichertennummer A123456780, as it stands', 'A123456780']],
    noMatch: ['krankenversichertennummer A123456781'],
  },
});
