// Turkish number plates: province 01 to 81, letters, digits.
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'tr-license-plate',
  type: 'TR_LICENSE_PLATE',
  layouts: [
    ['dd a dddd', 0.4],
    ['dd aa ddd', 0.4],
    ['dd aaa dd', 0.4],
    ['dd aa dddd', 0.4],
    ['dd aaa ddd', 0.4],
  ],
  context: ['plaka', 'araç', 'plate', 'license plate', 'vehicle'],
  isUpperCase: true,
  isValid: (id) => /^(?:0[1-9]|[1-7]\d|8[01])/.test(id),
  examples: {
    match: [['plaka 34 ABC 123, as it stands', '34 ABC 123']],
    noMatch: ['plaka 99 ABC 123', '34 ABC 123 boxes', 'order 34ABC123 is ready'],
  },
});
