// SIM card numbers: 89, country, issuer, Luhn (ITU-T E.118).
import { isLuhnValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'iccid',
  type: 'ICCID',
  layouts: [
    ['ddddddddddddddddddd', 0.6],
    ['dddddddddddddddddddd', 0.6],
  ],
  context: ['iccid', 'sim', 'sim card', 'esim'],
  isValid: (id) => id.startsWith('89') && isLuhnValid(id),
  examples: {
    match: [['iccid 89014103211118510720, as it stands', '89014103211118510720']],
    noMatch: ['iccid 89014103211118510721'],
  },
});
