// Number plates, by their label.
import { defineLabelled } from '../define-labelled.ts';

export default defineLabelled({
  name: 'license-plate',
  type: 'LICENSE_PLATE',
  minDigits: 1,
  labels: [
    'license plate',
    'licence plate',
    'number plate',
    'plate number',
    'plate no',
    'registration plate',
    'vehicle registration',
    'vehicle reg',
    'reg no',
    'plate',
    'plaque',
    "plaque d'immatriculation",
    'kennzeichen',
    'immatriculation',
    'matrícula',
    'matricula',
    'targa',
    'kenteken',
    'placa',
    'nr rejestracyjny',
  ],
  value: '(?=[A-Z -]{0,8}\\d)[A-Z0-9]{1,4}(?:[ -]?[A-Z0-9]{1,4}){1,3}',
  validate: (value) =>
    /\d/.test(value) &&
    /[A-Z]/.test(value) &&
    value.length >= 5 &&
    value.length <= 11 &&
    value === value.toUpperCase()
      ? null
      : false,
  examples: {
    match: [
      ['License plate: 7ABC123', '7ABC123'],
      ['Kennzeichen B-MW 1234', 'B-MW 1234'],
    ],
    noMatch: ['license plate holder', 'targa florio'],
  },
});
