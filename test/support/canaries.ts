// Made-up values that are valid in form and different each time, so that one that got out can be told anywhere.

/** Check digits of an IBAN (ISO 13616): 98 minus the rest of the number modulo 97. */
function iban(account: number): string {
  const bban = `37040044${String(account).padStart(10, '0')}`;
  const digits = `${bban}131400`; // DE00
  const rest = [...digits].reduce((value, digit) => (value * 10 + Number(digit)) % 97, 0);
  return `DE${String(98 - rest).padStart(2, '0')}${bban}`;
}

/** The digits with their Luhn digit. */
function luhn(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const doubled = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Letters and digits that look random and follow from the number. */
function noise(seed: number, length: number): string {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  let out = '';
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out += LETTERS[(state >>> 8) % LETTERS.length];
  }
  return out;
}

const GIVEN = [
  'Margaret',
  'Henrik',
  'Chiara',
  'Thomas',
  'Eleanor',
  'Rajesh',
  'Katarzyna',
  'Benjamin',
  'Isabelle',
  'Fatima',
];
const FAMILY = [
  'Holloway',
  'Lindström',
  'Ferrari',
  'Whitfield',
  'Okonkwo',
  'Bergmann',
  'Delacroix',
  'Nakamura',
  'Castellano',
  'Pemberton',
];

export interface Canaries {
  email: string;
  phone: string;
  iban: string;
  card: string;
  key: string;
  ssn: string;
  name: string;
}

export function canariesOf(i: number): Canaries {
  return {
    email: `canary.${noise(i, 6).toLowerCase()}${i}@mail-${i % 7}.example.org`,
    phone: `+49 30 9${String(1_000_000 + i * 37).slice(0, 7)}`,
    iban: iban(1_000_000 + i * 7919),
    card: luhn(`453201${String(100_000_000 + i * 104_729).slice(0, 9)}`),
    key: `sk-proj-${noise(i + 5000, 47)}${i % 10}`,
    ssn: `${200 + (i % 400)}-${String(11 + (i % 80)).padStart(2, '0')}-${String(1000 + ((i * 13) % 8999))}`,
    name: `${GIVEN[i % 10]} ${FAMILY[(i * 7 + Math.floor(i / 10)) % 10]}`,
  };
}

/** The spellings in which a value could have got out. */
export function spellingsOf(value: string): string[] {
  const digits = value.replace(/\D/g, '');
  return [
    value,
    value.toLowerCase(),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    Buffer.from(value).toString('hex'),
    Buffer.from(value).toString('base64').slice(0, -4),
    ...(digits.length >= 10 && digits.length * 2 > value.length ? [digits] : []),
  ];
}
