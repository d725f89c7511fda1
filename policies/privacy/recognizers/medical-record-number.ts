// Numbers of patients and their records, by their label in several languages.
import { defineLabelled } from '../define-labelled.ts';

export default defineLabelled({
  name: 'medical-record-number',
  type: 'MEDICAL_RECORD_NUMBER',
  minDigits: 1,
  labels: [
    'mrn',
    'medical record',
    'patient id',
    'patient number',
    'patient no',
    'patientennummer',
    'patienten nr',
    'fallnummer',
    'nhc',
    'historia clínica',
    'historia clinica',
    'número de historia',
    'nº historia',
    'numero de historia',
    'prontuario',
    'prontuário',
    'cartella clinica',
    'dossier patient',
    'ipp',
    'hospital number',
    'health record',
  ],
  value: '(?=[A-Z/-]{0,6}\\d)[A-Z0-9][A-Z0-9/-]{3,18}',
  validate: (value) => (/\d/.test(value) ? null : false),
  examples: {
    match: [
      ['NHC: 2569870.', '2569870'],
      ['MRN 00-483-221', '00-483-221'],
      ['Patient ID = AB12345', 'AB12345'],
    ],
    noMatch: ['patient no longer here', 'MRN: unknown', 'the impatient 12345'],
  },
});
