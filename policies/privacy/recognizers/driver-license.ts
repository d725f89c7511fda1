// Driver licences, by their label.
import { defineLabelled } from '../define-labelled.ts';

export default defineLabelled({
  name: 'driver-license',
  type: 'DRIVER_LICENSE',
  minDigits: 1,
  labels: [
    'driver license',
    'drivers license',
    "driver's license",
    'driver licence',
    'driving license',
    'driving licence',
    'dl number',
    'license no',
    'führerschein',
    'führerscheinnummer',
    'permis de conduire',
    'permiso de conducir',
    'carnet de conducir',
    'patente di guida',
    'patente',
    'rijbewijs',
    'rijbewijsnummer',
    'cnh',
    'carteira de motorista',
    'prawo jazdy',
  ],
  value: '(?=[A-Z-]{0,4}\\d)[A-Z0-9][A-Z0-9-]{4,18}',
  validate: (value) => ((value.match(/\d/g) ?? []).length >= 4 ? null : false),
  examples: {
    match: [
      ["Driver's License: D1234562", 'D1234562'],
      ['driver license number F255-9215-0094', 'F255-9215-0094'],
      ['Führerschein B072RRE2I55', 'B072RRE2I55'],
    ],
    noMatch: ['driver license INTRODUCTORY', 'driving licence A1 and H1', 'driver license needed'],
  },
});
