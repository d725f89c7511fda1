// Numbers of policies, members and insured persons, by their label.
import { defineLabelled } from '../define-labelled.ts';

export default defineLabelled({
  name: 'insurance-number',
  type: 'INSURANCE_NUMBER',
  minDigits: 1,
  labels: [
    'policy number',
    'policy no',
    'policy nr',
    'insurance number',
    'insurance id',
    'member id',
    'member number',
    'membership number',
    'subscriber id',
    'versicherungsschein',
    'policennummer',
    'póliza',
    'numero de poliza',
    'nº póliza',
    'numéro de contrat',
    'polizza',
    'apólice',
    'claim number',
    'group number',
  ],
  value: '(?=[A-Z/-]{0,6}\\d)[A-Z0-9][A-Z0-9/-]{3,18}',
  validate: (value) => (/\d/.test(value) ? null : false),
  examples: {
    match: [
      ['Policy number: PN-2291-8834', 'PN-2291-8834'],
      ['Member ID 8837261', '8837261'],
    ],
    noMatch: ['policy number one is honesty', 'member id required'],
  },
});
