// Numbers of customers, employees, students and cases, by their label.
import { defineLabelled } from '../define-labelled.ts';

export default defineLabelled({
  name: 'customer-id',
  type: 'CUSTOMER_ID',
  minDigits: 1,
  labels: [
    'customer number',
    'customer id',
    'customer no',
    'client id',
    'client number',
    'employee id',
    'employee number',
    'employee no',
    'personalnummer',
    'kundennummer',
    'kunden nr',
    'student id',
    'student number',
    'matrikelnummer',
    'número de cliente',
    'numéro client',
    'case number',
    'case no',
    'aktenzeichen',
    'badge number',
    'staff id',
    'registration no',
  ],
  value: '(?=[A-Z/-]{0,6}\\d)[A-Z0-9][A-Z0-9/-]{4,18}',
  score: 0.65,
  validate: (value) => ((value.match(/\d/g) ?? []).length >= 4 ? null : false),
  examples: {
    match: [
      ['Employee ID: E-100482', 'E-100482'],
      ['Kundennummer 4711-0815', '4711-0815'],
    ],
    noMatch: ['customer id required', 'client id: null', 'student number of all'],
  },
});
