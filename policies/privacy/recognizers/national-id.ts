// National and identity card numbers whose country nothing says, by their label.
import { defineLabelled } from '../define-labelled.ts';

export default defineLabelled({
  name: 'national-id',
  type: 'NATIONAL_ID',
  minDigits: 1,
  labels: [
    'national id',
    'identity card',
    'id card',
    'identity number',
    'identification number',
    'id number',
    'ausweisnummer',
    'personalausweis',
    'carte nationale',
    'cédula',
    'cedula',
    'dni',
    'documento de identidad',
    'carta identità',
    'documento',
    'burgerlijk',
    '身份证号',
  ],
  value: '(?=[A-Z/-]{0,6}\\d)[A-Z0-9][A-Z0-9/-]{3,18}',
  validate: (value) => ((value.match(/\d/g) ?? []).length >= 5 ? null : false),
  examples: {
    match: [
      ['National ID: 4829-1123-8', '4829-1123-8'],
      ['ID number 99281734', '99281734'],
    ],
    noMatch: ['id number of rows', 'national id card'],
  },
});
