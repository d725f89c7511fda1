// Vehicle identification numbers (ISO 3779): 17 characters without I, O, Q; in North America and China position 9 checks.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { groupsOfLength } from '../digit-places.ts';

const VALUES = 'A1B2C3D4E5F6G7H8J1K2L3M4N5P7R9S2T3U4V5W6X7Y8Z9';
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

function isChecked(vin: string): boolean {
  let sum = 0;
  WEIGHTS.forEach((weight, i) => {
    const char = vin[i] as string;
    const value = /\d/.test(char) ? Number(char) : Number(VALUES[VALUES.indexOf(char) + 1]);
    sum += value * weight;
  });
  return '0123456789X'[sum % 11] === vin[8];
}

export default defineRecognizer({
  name: 'vin',
  type: 'VEHICLE_IDENTIFICATION_NUMBER',
  minDigits: 4,
  places: groupsOfLength(17, 17),
  patterns: [{ regex: /(?<![A-Za-z0-9])[A-HJ-NPR-Z0-9]{13}\d{4}(?![A-Za-z0-9])/g, score: 0.3 }],
  context: ['vin', 'vehicle', 'chassis', 'fahrgestellnummer', 'fin', 'bastidor', 'châssis', 'telaio', 'car'],
  validate: (value) => {
    if (!/[A-Z].*[A-Z]/.test(value) || !/\d.*[A-Z]|[A-Z].*\d.*[A-Z]/.test(value)) return false;
    return isChecked(value) ? true : null;
  },
  examples: {
    // The example of 49 CFR 565 and a European one without a check digit.
    match: [
      ['VIN 1M8GDM9AXKP042788 sold', '1M8GDM9AXKP042788'],
      ['Fahrgestellnummer WVWZZZ1JZ3W386752', 'WVWZZZ1JZ3W386752'],
    ],
    noMatch: ['order WVWZZZ1JZ3W386752', 'VIN 1M8GDM9IXKP042788', '12345678901234567'],
  },
});
