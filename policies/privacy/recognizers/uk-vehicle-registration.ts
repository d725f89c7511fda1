// British number plates since 2001: two letters, age, three letters.
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'uk-vehicle-registration',
  type: 'UK_VEHICLE_REGISTRATION',
  layouts: [
    ['aadd aaa', 0.5],
    ['aaddaaa', 0.2],
  ],
  context: ['registration', 'reg', 'number plate', 'vehicle', 'plate', 'car', 'dvla'],
  isUpperCase: true,
  isValid: (id) => /^[A-HJ-PR-Y][A-Y](?:0[1-9]|[1-7]\d)[A-HJ-PR-Z]{3}$/.test(id),
  examples: {
    match: [
      ['registration BD51 SMR, as it stands', 'BD51 SMR'],
      ['registration: BD51SMR', 'BD51SMR'],
    ],
    noMatch: ['vehicle BI51 SMI', 'order BD51SMR is ready', 'order BD51SMR is ready'],
  },
});
