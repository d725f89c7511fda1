// British driving licences: surname, decade, month (women + 50), day, year, initials (DVLA).
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'uk-driving-licence',
  type: 'UK_DRIVING_LICENCE',
  layouts: [
    ['aaaaaddddddxxxaa', 0.8],
    ['xxxxxddddddxxxxx', 0.6],
  ],
  context: ['driving licence', 'driver licence', 'licence number', 'dvla', 'driving license'],
  isValid: (id) =>
    /^[A-Z9]{5}\d(?:[05][1-9]|[16][0-2])(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}\d[A-Z]{2}$/.test(id) ||
    /^[A-Z9]{5}\d(?:[05][1-9]|[16][0-2])(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}[A-Z0-9]{3}$/.test(id),
  examples: {
    match: [['driving licence MORGA753116SM9IJ, as it stands', 'MORGA753116SM9IJ']],
    noMatch: ['driving licence MORGA783116SM9IJ'],
  },
});
