// Account numbers of banks, by their label.
import { defineLabelled } from '../define-labelled.ts';

export default defineLabelled({
  name: 'bank-account',
  type: 'BANK_ACCOUNT_NUMBER',
  minDigits: 6,
  labels: [
    'account number',
    'account no',
    'account nr',
    'acct no',
    'acct',
    'bank account',
    'kontonummer',
    'konto nr',
    'kontonr',
    'numéro de compte',
    'número de cuenta',
    'numero de cuenta',
    'cuenta bancaria',
    'numero di conto',
    'número da conta',
    'rekeningnummer',
    'a/c no',
    'checking account',
    'savings account',
  ],
  value: '\\d[\\d -]{4,20}\\d',
  validate: (value) => (value.replace(/\D/g, '').length >= 6 ? null : false),
  examples: {
    match: [
      ['Account number: 000123456789', '000123456789'],
      ['Kontonummer 532013000', '532013000'],
    ],
    noMatch: ['account number of users: many', 'bank account since 2019'],
  },
});
