// German practice numbers (BSNR): nine digits, the first two of the region.
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'de-bsnr',
  type: 'DE_BSNR',
  layouts: [['ddddddddd', 0.16]],
  context: ['bsnr', 'betriebsstättennummer', 'betriebsstaettennummer', 'betriebsstätten-nr'],
  isValid: (id) => /^(?:0[1-3]|17|20|3[58]|4[6-9]|5[0-2]|7[1-8]|8[389]|9[38])/.test(id),
  examples: {
    match: [['bsnr 721111100, as it stands', '721111100']],
    noMatch: ['bsnr 991111100', 'order 721111100 is ready'],
  },
});
