// Indonesian ids (NIK): province, day of birth (women + 40), serial.
import { isDay } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'id-nik',
  type: 'ID_NIK',
  layouts: [['dddddddddddddddd', 0.4]],
  context: ['nik', 'ktp', 'nomor induk', 'e-ktp'],
  isValid: (id) =>
    /^[1-9]\d/.test(id) &&
    isDay(Number(id.slice(8, 10)), Number(id.slice(6, 8)) % 40) &&
    !id.endsWith('0000'),
  examples: {
    match: [['nik 3171011708450001, as it stands', '3171011708450001']],
    noMatch: ['nik 3171011713450001', 'order 3171011708450001 is ready'],
  },
});
