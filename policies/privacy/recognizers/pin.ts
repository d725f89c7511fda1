// PIN codes, by their label.
import { defineLabelled } from '../define-labelled.ts';

export default defineLabelled({
  name: 'pin',
  type: 'PIN',
  minDigits: 4,
  labels: [
    'pin',
    'pin code',
    'pincode',
    'pin number',
    'geheimzahl',
    'código pin',
    'codice pin',
    'my pin',
    'atm pin',
    'access code',
    'verification code',
    'one time code',
    'otp',
    'security pin',
    'bestätigungscode',
    'zugangscode',
    'código de verificación',
    'code de vérification',
    'codice di verifica',
  ],
  value: '\\d{4,8}',
  examples: {
    match: [
      ['my PIN is 4711', '4711'],
      ['{"pin": "839201"}', '839201'],
    ],
    noMatch: ['pin the tail 123', 'spin 4711', 'pin 12'],
  },
});
