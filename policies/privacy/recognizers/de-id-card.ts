// German identity cards: nine characters of a restricted alphabet and a check digit 7-3-1 (ICAO 9303).
import { isMrzValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'de-id-card',
  type: 'DE_ID_CARD',
  layouts: [['axxxxxxxxd', 0.3]],
  context: [
    'personalausweis',
    'personalausweisnummer',
    'ausweisnummer',
    'ausweis-nr',
    'ausweisnr',
    'identity card',
    'id card',
  ],
  isUpperCase: true,
  isValid: (id) => /^[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8}\d$/.test(id) && isMrzValid(id),
  examples: {
    match: [['personalausweis L01X00T471, as it stands', 'L01X00T471']],
    noMatch: ['personalausweis L01X00T472', 'order L01X00T471 is ready'],
  },
});
