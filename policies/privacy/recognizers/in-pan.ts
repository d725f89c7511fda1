// Indian permanent account numbers: the fourth letter names the holder.
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'in-pan',
  type: 'IN_PAN',
  layouts: [['aaaaadddda', 0.6]],
  context: ['pan', 'permanent account', 'income tax', 'pan card', 'pan no'],
  isValid: (id) => /^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$/.test(id) && !/^.{5}0000/.test(id),
  examples: {
    match: [['pan ACUPA7085R, as it stands', 'ACUPA7085R']],
    noMatch: ['pan ACUXA7085R'],
  },
});
