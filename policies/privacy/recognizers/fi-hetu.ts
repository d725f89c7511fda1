// Finnish personal identity codes: day, century sign, serial, check character mod 31 (DVV).
import { hasDayAt } from '../checksums.ts';
import { defineId } from '../define-id.ts';

const CHECK = '0123456789ABCDEFHJKLMNPRSTUVWXY';

export default defineId({
  name: 'fi-hetu',
  type: 'FI_PERSONAL_IDENTITY_CODE',
  layouts: [
    ['dddddd-dddx', 0.9],
    ['ddddddadddx', 0.6],
  ],
  context: ['hetu', 'henkilötunnus', 'personal identity code', 'personbeteckning', 'sotu'],
  isValid: (id) => {
    // The hyphen of the 20th century is gone here.
    const sign = id.length === 11 ? id.slice(0, 6) + id.slice(7) : id;
    return (
      (id.length === 10 || /[A-FU-Y]/.test(id[6] as string)) &&
      hasDayAt(id, 0, true) &&
      CHECK[Number(sign.slice(0, 9)) % 31] === sign[9]
    );
  },
  examples: {
    match: [
      ['hetu 131052-308T, as it stands', '131052-308T'],
      ['hetu: 131052A308T', '131052A308T'],
    ],
    noMatch: ['hetu 131052-308U'],
  },
});
