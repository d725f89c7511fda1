// Check-digit algorithms. Pure, linear, no allocation.

/** Luhn (ISO/IEC 7812-1 annex B) over a string of ASCII digits. */
export function isLuhnValid(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, double = false; i >= 0; i -= 1, double = !double) {
    const digit = digits.charCodeAt(i) - 48;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return digits.length > 0 && sum % 10 === 0;
}

/** ISO 7064 mod 97-10 as IBAN uses it (ISO 13616): upper-case letters and digits, first four characters moved last. */
export function isMod97Valid(iban: string): boolean {
  let remainder = 0;
  for (let i = 0; i < iban.length; i += 1) {
    const code = iban.charCodeAt((i + 4) % iban.length);
    remainder = code < 58 ? (remainder * 10 + code - 48) % 97 : (remainder * 100 + code - 55) % 97;
  }
  return remainder === 1;
}

/** Sum of the digits, each times its weight; the weights are repeated when the number is longer. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1)
    sum += (digits.charCodeAt(i) - 48) * (weights[i % weights.length] as number);
  return sum;
}

/** The remainder of a number of any length. @param digits ASCII digits */
export function remainder(digits: string, modulus: number): number {
  let rest = 0;
  for (let i = 0; i < digits.length; i += 1) rest = (rest * 10 + digits.charCodeAt(i) - 48) % modulus;
  return rest;
}

const MULTIPLY = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];
const PERMUTE = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
];

/** Verhoeff's check over the dihedral group D5 (J. Verhoeff, "Error detecting decimal codes", 1969). */
export function isVerhoeffValid(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const permuted = Number((PERMUTE[i % 8] as string)[digit]);
    check = Number((MULTIPLY[check] as string)[permuted]);
  }
  return digits.length > 0 && check === 0;
}

/** ISO 7064 mod 11,10 (hybrid): the last digit is the check digit. */
export function isMod11_10Valid(digits: string): boolean {
  let product = 10;
  for (let i = 0; i < digits.length - 1; i += 1) {
    const sum = (digits.charCodeAt(i) - 48 + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (product + digits.charCodeAt(digits.length - 1) - 48) % 10 === 1;
}

/** ISO 7064 mod 11-2: the last character is the check character, `X` for 10. */
export function isMod11_2Valid(id: string): boolean {
  let sum = 0;
  for (let i = 0; i < id.length - 1; i += 1) sum = ((sum + id.charCodeAt(i) - 48) * 2) % 11;
  const last = id.endsWith('X') ? 10 : id.charCodeAt(id.length - 1) - 48;
  return (sum + last) % 11 === 1;
}

/** ICAO 9303 machine-readable zone: weights 7, 3, 1, letters 10 to 35; the last digit checks the others. */
export function isMrzValid(id: string): boolean {
  let sum = 0;
  for (let i = 0; i < id.length - 1; i += 1) {
    const code = id.charCodeAt(i);
    sum += (code < 58 ? code - 48 : code - 55) * ([7, 3, 1][i % 3] as number);
  }
  return sum % 10 === id.charCodeAt(id.length - 1) - 48;
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Is there such a day? Years are not looked at: two digits say nothing of the century. */
export const isDay = (month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= (DAYS[month - 1] as number);

/** Do two digits of month and two of day stand at `at` (`dayFirst`: the other way round)? */
export function hasDayAt(digits: string, at: number, dayFirst = false): boolean {
  const first = Number(digits.slice(at, at + 2));
  const second = Number(digits.slice(at + 2, at + 4));
  return dayFirst ? isDay(second, first) : isDay(first, second);
}

/** All digits alike, such as 000000000 and 111111111: right check digits, but nobody's number. */
export const isOneDigit = (digits: string): boolean => /^(\d)\1*$/.test(digits);
