// How private a request is, from the types found in it.
import { SENSITIVITIES, type Sensitivity } from '../../contract/policy.ts';

/** The label that a type gives a request. The config may override it per type. */
export const SENSITIVITY_BY_TYPE: Readonly<Record<string, Sensitivity>> = {
  EMAIL: 'confidential',
  PHONE: 'confidential',
  IP_ADDRESS: 'confidential',
  ADDRESS: 'confidential',
  PERSON: 'internal',
  LOCATION: 'internal',
  ORGANIZATION: 'internal',
  REFERENCE_NUMBER: 'internal',
  CREDIT_CARD: 'restricted',
  IBAN: 'restricted',
  US_SSN: 'restricted',
  URL_CREDENTIALS: 'restricted',
  API_KEY: 'restricted',
  PRIVATE_KEY: 'restricted',
  JWT: 'restricted',
};

/** The highest label of all types; public when there is none. A type without a label counts as restricted. */
export function sensitivityOf(
  types: Iterable<string>,
  overrides: Readonly<Record<string, Sensitivity>> = {},
): Sensitivity {
  let highest = 0;
  for (const type of types) {
    const label = overrides[type] ?? SENSITIVITY_BY_TYPE[type] ?? 'restricted';
    highest = Math.max(highest, SENSITIVITIES.indexOf(label));
  }
  return SENSITIVITIES[highest] as Sensitivity;
}
