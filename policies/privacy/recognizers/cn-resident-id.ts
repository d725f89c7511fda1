// Chinese resident ids: place, day of birth, serial, ISO 7064 mod 11-2 (GB 11643).
import { hasDayAt, isMod11_2Valid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'cn-resident-id',
  type: 'CN_RESIDENT_ID',
  layouts: [
    ['ddddddddddddddddda', 0.95],
    ['dddddddddddddddddd', 0.9],
    ['dddddd dddddddd dddx', 0.95],
  ],
  context: ['身份证', '身份证号', 'resident id', '公民身份', 'id card', '居民身份证'],
  isValid: (id) => hasDayAt(id, 10) && /^[1-8]\d{5}(?:19|20)/.test(id) && isMod11_2Valid(id),
  examples: {
    match: [
      ['身份证 11010519491231002X, as it stands', '11010519491231002X'],
      ['身份证: 360426199101010071', '360426199101010071'],
    ],
    noMatch: ['11010519491231003X'],
  },
});
