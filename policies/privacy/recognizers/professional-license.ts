// Licence, certificate and college numbers of doctors and other professionals, by their label.
import { defineLabelled, hasDigits, ID_VALUE } from '../define-labelled.ts';

export default defineLabelled({
  name: 'professional-license',
  type: 'MEDICAL_LICENSE_NUMBER',
  minDigits: 1,
  labels: [
    'ncol',
    'nº col',
    'n col',
    'nºcol',
    'núm colegiado',
    'num colegiado',
    'número de colegiado',
    'colegiado',
    'crm',
    'gmc number',
    'gmc',
    'arztregister',
    'lebenslange arztnummer',
  ],
  nouns: [
    'license',
    'licence',
    'medical license',
    'medical licence',
    'bar',
    'certificate',
    'certification',
    'colegiado',
    'registro profesional',
    'approbation',
  ],
  value: ID_VALUE,
  validate: hasDigits(4),
  examples: {
    match: [
      ['Médico: Ana  NºCol: 28 28 20943. Informe', '28 28 20943'],
      ['GMC number 1234567', '1234567'],
      ['Medical license number: ME-448213', 'ME-448213'],
    ],
    noMatch: ['colegiado en Madrid', 'NºCol:', 'license number one'],
  },
});
