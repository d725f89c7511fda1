// Indian passports: a letter, seven digits, not 0 first; beside a word.
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'in-passport',
  type: 'IN_PASSPORT',
  layouts: [
    ['addddddd', 0.2],
    ['a ddddddd', 0.16],
  ],
  context: ['passport', 'indian passport', 'passport number', 'passport no'],
  isUpperCase: true,
  isValid: (id) => /^[A-PR-WY][1-9]\d{5}[1-9]$/.test(id),
  examples: {
    match: [['passport J8369854, as it stands', 'J8369854']],
    noMatch: ['order J8369854 is ready', 'passport J0369854', 'order J8369854 is ready'],
  },
});
