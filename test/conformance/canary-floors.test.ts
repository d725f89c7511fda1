// The values that `tiergate canary` sends, by type and locale: no language's users may be worse off than a floor says. The seed is one
// that nobody looked at while rules or training were changed.
import { allFakers, type Faker } from '@faker-js/faker';
import { describe, expect, it } from 'vitest';
import { nameFinder } from '../../policies/privacy/names.ts';
import { type ScanOptions, scanText } from '../../policies/privacy/scan.ts';
import { hasPartOf } from '../../router/cli/canary.ts';
import { type Canary, canariesOf, LOCALES } from '../../router/cli/canary-identities.ts';
import { privacyOptions } from '../../router/config/privacy.ts';
import { configSchema } from '../../router/config/schema.ts';

const SEED = 20_261_129;
const PEOPLE = 60;
const FLOORS: Record<string, number> = {
  PERSON: 0.93,
  ADDRESS: 0.93,
  EMAIL: 1,
  PHONE: 0.9,
  IBAN: 1,
  CREDIT_CARD: 1,
  IP_ADDRESS: 0.85,
};

/** What a gateway looks for when its config says nothing. */
const options: ScanOptions = {
  ...privacyOptions(configSchema.parse({}), []),
  names: nameFinder(['PERSON', 'ADDRESS']),
};

/** Is no telling part of the value left when what was found is taken out? */
function isCaught(canary: Canary): boolean {
  let content = '';
  let at = 0;
  for (const { type, start, end } of scanText(canary.prompt, options)) {
    content += `${canary.prompt.slice(at, start)}[${type}_1]`;
    at = end;
  }
  content += canary.prompt.slice(at);
  return !hasPartOf(canary, JSON.stringify({ messages: [{ role: 'user', content }] }));
}

describe('canaries of each locale', () => {
  it.each(LOCALES)('%s: no type below its floor', (locale) => {
    const faker = (allFakers as Record<string, Faker>)[locale] as Faker;
    const shares = new Map<string, number>();
    const missed: string[] = [];
    for (const canary of canariesOf(faker, locale, PEOPLE, SEED)) {
      const caught = isCaught(canary);
      if (!caught) missed.push(canary.prompt);
      shares.set(canary.type, (shares.get(canary.type) ?? 0) + +caught / PEOPLE);
    }
    const below = Object.entries(FLOORS).filter(([type, floor]) => (shares.get(type) ?? 0) < floor - 1e-9);
    expect({ below, missed: below.length > 0 ? missed : [] }).toEqual({ below: [], missed: [] });
  });
});
