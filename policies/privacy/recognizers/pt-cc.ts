// Portuguese citizen cards: number, check digit, two letters and a digit; Luhn with letters from 10 on.
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'pt-cc',
  type: 'PT_CC',
  layouts: [
    ['dddddddd d aad', 0.85],
    ['ddddddddd aad', 0.85],
    ['dddddddddaad', 0.8],
  ],
  context: ['cartão de cidadão', 'cartao de cidadao', 'cc', 'bilhete de identidade'],
  isValid: (id) => {
    let sum = 0;
    for (let i = 0; i < 12; i += 1) {
      const code = id.charCodeAt(i);
      const value = code < 58 ? code - 48 : code - 55;
      const doubled = i % 2 === 0 ? value * 2 : value;
      sum += i % 2 === 0 && doubled > 9 ? doubled - 9 : doubled;
    }
    return sum % 10 === 0;
  },
  examples: {
    match: [['cartão de cidadão 00000000 0 ZZ4, as it stands', '00000000 0 ZZ4']],
    noMatch: ['cartão de cidadão 00000000 0 ZZ5'],
  },
});
