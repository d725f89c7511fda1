// Mexican CURP: names, day, sex, state, and a check digit over an alphabet with N tilde (RENAPO).
import { hasDayAt } from '../checksums.ts';
import { defineId } from '../define-id.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';

export default defineId({
  name: 'mx-curp',
  type: 'MX_CURP',
  layouts: [['aaaaddddddaaaaaaxd', 0.95]],
  context: ['curp', 'clave única', 'clave unica'],
  isValid: (id) => {
    let sum = 0;
    for (let i = 0; i < 17; i += 1) sum += ALPHABET.indexOf(id[i] as string) * (18 - i);
    return hasDayAt(id, 6) && /^.{10}[HMX]/.test(id) && (10 - (sum % 10)) % 10 === Number(id[17]);
  },
  examples: {
    match: [['curp BOXW310820HNERXN09, as it stands', 'BOXW310820HNERXN09']],
    noMatch: ['curp BOXW310820HNERXN00'],
  },
});
