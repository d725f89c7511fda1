// Indian number plates: state, district, series, number (MoRTH).
import { defineId } from '../define-id.ts';

const STATES =
  /^(?:A[NPRS]|BR|C[GH]|D[DLN]|G[AJ]|H[PR]|J[HK]|K[AL]|L[AD]|M[HLNPZ]|NL|O[DR]|P[BY]|RJ|SK|T[NRSG]|U[AKP]|WB)\d\d/;

export default defineId({
  name: 'in-vehicle-registration',
  type: 'IN_VEHICLE_REGISTRATION',
  layouts: [
    ['aaddaadddd', 0.5],
    ['aa dd aa dddd', 0.65],
    ['aa-dd-aa-dddd', 0.65],
    ['aaddadddd', 0.4],
    ['aa dd a dddd', 0.5],
  ],
  context: ['vehicle', 'registration', 'rto', 'number plate', 'car', 'reg no'],
  isUpperCase: true,
  isValid: (id) => STATES.test(id),
  examples: {
    match: [
      ['vehicle KA53ME3456, as it stands', 'KA53ME3456'],
      ['vehicle: MH 12 AB 1234', 'MH 12 AB 1234'],
    ],
    noMatch: ['XX53ME3456'],
  },
});
