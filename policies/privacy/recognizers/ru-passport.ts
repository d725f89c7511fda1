// Russian passports: series and number, beside a word.
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ru-passport',
  type: 'RU_PASSPORT',
  layouts: [
    ['dd dd dddddd', 0.3],
    ['dddd dddddd', 0.25],
    ['dddd-dddddd', 0.25],
  ],
  context: ['паспорт', 'паспорта', 'passport', 'серия', 'серии'],
  examples: {
    match: [
      ['паспорт 45 08 123456, as it stands', '45 08 123456'],
      ['паспорт: 4508 123456', '4508 123456'],
    ],
    noMatch: ['заказ 4508 123456', 'order 4508123456 is ready'],
  },
});
