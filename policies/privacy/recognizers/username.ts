// Names of accounts, by their label.
import { defineLabelled } from '../define-labelled.ts';

const NO_NAME =
  /^(?:[$<{%[(*@]|null|none|undefined|string|required|root|admin|user|name|password|is|was|and|or|the|for|must|should|of|to|in|with|field|input|your|not|cannot|can|already|example)(?![\w-]*\d)/i;

export default defineLabelled({
  name: 'username',
  type: 'USERNAME',
  labels: [
    'username',
    'user name',
    'login name',
    'benutzername',
    "nom d'utilisateur",
    'nombre de usuario',
    'nome utente',
    'gebruikersnaam',
    'nazwa użytkownika',
    'screen name',
  ],
  value: '[A-Za-z0-9][\\w.-]{2,31}(?<![.-])',
  score: 0.6,
  // A word alone may be anything: `username and password`.
  validate: (value) =>
    NO_NAME.test(value) || /^[A-Z]+(?:_[A-Z]+)+$/.test(value) || !/[\d._-]/.test(value) ? false : null,
  examples: {
    match: [
      ['username: jdoe_84', 'jdoe_84'],
      ['Benutzername: anna.weber', 'anna.weber'],
    ],
    noMatch: ['username and password', 'DB_USERNAME=', 'username: ${user_1}', 'user name'],
  },
});
