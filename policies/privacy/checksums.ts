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
