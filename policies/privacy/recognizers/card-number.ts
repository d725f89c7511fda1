// Numbers of payment cards by their label: mistyped ones and those of no known network.
import { defineLabelled, hasDigits } from '../define-labelled.ts';

export default defineLabelled({
  name: 'card-number',
  type: 'CREDIT_CARD',
  minDigits: 13,
  labels: [
    'credit card',
    'debit card',
    'card number',
    'card no',
    'cardnumber',
    'kreditkarte',
    'kreditkartennummer',
    'kartennummer',
    'tarjeta',
    'tarjeta de crédito',
    'número de tarjeta',
    'carte bancaire',
    'carte bleue',
    'numéro de carte',
    'carta di credito',
    'cartão',
    'cartão de crédito',
    'número do cartão',
    'creditcard',
    'karta kredytowa',
  ],
  nouns: ['card', 'credit card', 'debit card', 'tarjeta', 'carte', 'carta', 'cartão'],
  value: '\\d{4}(?:(?<join>[ -]?)\\d{4}\\k<join>\\d{4}\\k<join>\\d{1,7}|[ -]?\\d{6}[ -]?\\d{4,5})',
  score: 0.6,
  validate: hasDigits(13),
  examples: {
    match: [
      ['Credit card: 4111 1111 1111 1112', '4111 1111 1111 1112'],
      ['{"card_number": "6011111122223333"}', '6011111122223333'],
    ],
    noMatch: ['credit card 1234', 'card number two of 4111111111111112'],
  },
});
