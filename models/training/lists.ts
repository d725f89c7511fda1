// Word lists for the training texts, from @faker-js/faker (MIT): names, places, products, words. Written below the working folder
// of the pipeline, never into the repository.
//   tsx models/training/lists.ts OUT.json
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { allLocales, en } from '@faker-js/faker';

type Strings = readonly string[];

const clean = (values: Strings): string[] =>
  [...new Set(values)].filter((value) => /^[\p{L}\d][\p{L}\d '&.-]*$/u.test(value) && value.length < 32);

/** Every string below a value of faker's definitions. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(strings);
  return [];
}

const names = (part: 'first_name' | 'last_name'): string[] =>
  clean(
    ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt_BR', 'pl', 'sv', 'tr', 'en_IN', 'en_NG'].flatMap((locale) => {
      const all = strings(allLocales[locale as keyof typeof allLocales]?.person?.[part]);
      return all.filter((name) => /^\p{Lu}[\p{L}'-]+$/u.test(name)).slice(0, locale === 'en' ? 4000 : 400);
    }),
  );

const lists: Record<string, string[]> = {
  first: names('first_name'),
  last: names('last_name'),
  city: clean(strings(en.location?.city_name)),
  country: clean(strings(en.location?.country)),
  state: clean(strings(en.location?.state)),
  street: clean(strings(en.location?.street_name)),
  adjective: clean(strings(en.word?.adjective)),
  noun: clean(strings(en.word?.noun)),
  verb: clean(strings(en.word?.verb)),
  adverb: clean(strings(en.word?.adverb)),
  product: clean(strings(en.commerce?.product_name?.product)),
  product_adjective: clean(strings(en.commerce?.product_name?.adjective)),
  material: clean(strings(en.commerce?.product_name?.material)),
  department: clean(strings(en.commerce?.department)),
  job_area: clean(strings(en.person?.job_area)),
  job_descriptor: clean(strings(en.person?.job_descriptor)),
  job_type: clean(strings(en.person?.job_type)),
  company_noun: clean(strings(en.company?.noun)),
  animal: clean(strings(en.animal?.type)),
  fruit: clean(strings(en.food?.fruit)),
  vegetable: clean(strings(en.food?.vegetable)),
  ingredient: clean(strings(en.food?.ingredient)),
  dish: clean(strings(en.food?.dish)),
  spice: clean(strings(en.food?.spice)),
  book: clean(strings(en.book?.title)),
  song: clean(strings(en.music?.song_name)),
  artist: clean(strings(en.music?.artist)),
  car: clean(strings(en.vehicle?.manufacturer)),
  airline: clean(strings(en.airline?.airline).filter((name) => name.length > 3)),
  element: clean(strings(en.science?.chemical_element).filter((name) => name.length > 3)),
};

const out = process.argv[2];
if (out === undefined) throw new Error('usage: tsx models/training/lists.ts OUT.json');
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, JSON.stringify(lists));
for (const [name, list] of Object.entries(lists)) console.log(`${name.padEnd(18)}${list.length}`);
