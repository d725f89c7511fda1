// Licence and college numbers of doctors and other professionals, by their label.
import { defineLabelled } from '../define-labelled.ts';

export default defineLabelled({
  name: 'professional-license',
  type: 'MEDICAL_LICENSE_NUMBER',
  minDigits: 2,
  labels: [
    'ncol',
    'nº col',
    'n col',
    'nºcol',
    'núm colegiado',
    'num colegiado',
    'número de colegiado',
    'colegiado',
    'license number',
    'licence number',
    'crm',
    'gmc number',
    'gmc',
    'bar number',
    'arztregister',
  ],
  value: '\\d[\\d ./-]{3,12}\\d',
  validate: (value) => (/\d/.test(value) ? null : false),
  examples: {
    match: [
      ['Médico: Ana  NºCol: 28 28 20943. Informe', '28 28 20943'],
      ['GMC number 1234567', '1234567'],
    ],
    noMatch: ['colegiado en Madrid', 'NºCol:'],
  },
});
