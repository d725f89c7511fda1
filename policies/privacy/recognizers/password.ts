// Passwords, by their label. Variables, calls and the words of documentation are none.
import { defineLabelled } from '../define-labelled.ts';
import { isMadeUp } from '../key-shape.ts';

const NO_PASSWORD =
  /^(?:[$<{%[(*@]|null|none|undefined|true|false|string|text|required|optional|empty|hidden|password|passwort|contraseña|secret|token|field|input|reset|policy|is|was|and|or|the|for|must|should|has|protected|manager|change|hash|os\.|process\.|env\.|self\.|this\.|config|settings?|args|options)/i;

/** Words are passwords only in quotes or with digits or signs in them: `the password is wrong`. */
const isWord = (value: string): boolean =>
  /^[\p{L}_.–—-]+$/u.test(value) || /[\w)]\(|\]\.|\.\w+\./.test(value);

export default defineLabelled({
  name: 'password',
  type: 'PASSWORD',
  labels: [
    'password',
    'passwd',
    'passwort',
    'kennwort',
    'mot de passe',
    'contraseña',
    'contrasena',
    'clave',
    'senha',
    'wachtwoord',
    'haslo',
    'passphrase',
    'passcode',
    'pwd',
  ],
  value: '[^\\s"\'`,;<>]{4,128}(?<![.:!?)])',
  validate: (value) =>
    NO_PASSWORD.test(value) || isWord(value) || isMadeUp(`${value}abcdef`) ? false : null,
  examples: {
    match: [
      ['my password is Tr0ub4dor&3.', 'Tr0ub4dor&3'],
      ['password: hunter2', 'hunter2'],
      ['"passwd": "s3cr3t!pw"', 's3cr3t!pw'],
      ['Contraseña: Verano2024!x', 'Verano2024!x'],
      // Longer than a usual one: none of it may stay.
      [
        `password: mail/services/${'Kq8ZtR4w/'.repeat(6)}x\nregion: eu`,
        `mail/services/${'Kq8ZtR4w/'.repeat(6)}x`,
      ],
    ],
    noMatch: [
      'the password is wrong',
      'password = os.environ["PW1"]',
      'password: ${DB_PASSWORD1}',
      'password: changeme1',
      'password = get_password(1)',
      'password: [PASSWORD_1]/Kq8ZtR4wKq8ZtR4w',
    ],
  },
});
