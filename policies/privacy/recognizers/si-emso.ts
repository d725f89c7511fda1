// EMSO and JMBG of Slovenia and the other states of former Yugoslavia: day of birth, region, weights mod 11.
import { hasDayAt, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'si-emso',
  type: 'SI_EMSO',
  layouts: [['ddddddddddddd', 0.65]],
  context: ['emšo', 'emso', 'jmbg', 'matični broj', 'maticni broj'],
  isValid: (id) => {
    const rest = weightedSum(id.slice(0, 12), [7, 6, 5, 4, 3, 2]) % 11;
    return hasDayAt(id, 0, true) && (11 - rest) % 11 === Number(id[12]);
  },
  examples: {
    match: [['emšo 0101006500006, as it stands', '0101006500006']],
    noMatch: ['emšo 0101006500007'],
  },
});
