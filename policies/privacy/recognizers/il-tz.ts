// Israeli identity numbers: Luhn over nine digits.
import { isLuhnValid, isOneDigit } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'il-tz',
  type: 'IL_TZ',
  layouts: [
    ['ddddddddd', 0.25],
    ['dddddddd-d', 0.4],
    ['ddddddd-d', 0.3],
  ],
  context: ['תעודת זהות', 'ת.ז', 'ת״ז', 'teudat zehut', 'israeli id', 'identity number', 'id number'],
  isValid: (id) => isLuhnValid(id.padStart(9, '0')) && !isOneDigit(id),
  examples: {
    match: [
      ['תעודת זהות 3933742-3, as it stands', '3933742-3'],
      ['תעודת זהות: 039337423', '039337423'],
    ],
    noMatch: ['תעודת זהות 3933742-4', 'order 39337423 is ready'],
  },
});
