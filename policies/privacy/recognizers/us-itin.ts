// US individual taxpayer ids: 9xx and a group of 50-65, 70-88, 90-92, 94-99 (IRS).
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'us-itin',
  type: 'US_ITIN',
  layouts: [
    ['ddd-dd-dddd', 0.7],
    ['ddd dd dddd', 0.5],
    ['ddddddddd', 0.2],
  ],
  context: ['itin', 'taxpayer', 'tax id', 'individual taxpayer', 'tin'],
  isValid: (id) => /^9\d\d(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}$/.test(id),
  examples: {
    match: [
      ['itin 912-90-3456, as it stands', '912-90-3456'],
      ['itin: 912903456', '912903456'],
    ],
    noMatch: ['itin 912-93-3456', 'order 912903456 is ready'],
  },
});
