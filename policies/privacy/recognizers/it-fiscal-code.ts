// Italian fiscal codes: names, day, place and a check letter by odd and even positions (DM 23/12/1976).
import { defineId } from '../define-id.ts';

const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

export default defineId({
  name: 'it-fiscal-code',
  type: 'IT_FISCAL_CODE',
  layouts: [['aaaaaaddaddadxxa', 0.9]],
  context: ['codice fiscale', 'c.f.', 'cf', 'cod. fisc'],
  isValid: (id) => {
    if (!/^[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]$/.test(id))
      return false;
    let sum = 0;
    for (let i = 0; i < 15; i += 1) {
      const code = id.charCodeAt(i);
      const value = code < 58 ? code - 48 : code - 65;
      sum += i % 2 === 0 ? (ODD[value] as number) : value;
    }
    return sum % 26 === id.charCodeAt(15) - 65;
  },
  examples: {
    match: [['codice fiscale RCCMNL83S18D969H, as it stands', 'RCCMNL83S18D969H']],
    noMatch: ['codice fiscale RCCMNL83S18D960H'],
  },
});
