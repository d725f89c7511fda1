// Irish PPS numbers: seven digits, check letter mod 23, a second letter since 2013.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

const LETTERS = 'WABCDEFGHIJKLMNOPQRSTUV';

export default defineId({
  name: 'ie-pps',
  type: 'IE_PPS',
  layouts: [
    ['ddddddda', 0.5],
    ['dddddddaa', 0.6],
  ],
  context: ['pps', 'ppsn', 'pps number', 'personal public service'],
  isValid: (id) => {
    const second = id[8] !== undefined && 'ABH'.includes(id[8]) ? id.charCodeAt(8) - 64 : 0;
    return LETTERS[(weightedSum(id.slice(0, 7), [8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23] === id[7];
  },
  examples: {
    match: [
      ['pps 6433435F, as it stands', '6433435F'],
      ['pps: 6433435OA', '6433435OA'],
    ],
    noMatch: ['pps 6433436F'],
  },
});
