import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../contract/built-file.ts';
import type { Finding } from '../../../../contract/recognizer.ts';
import { isLuhnValid, isMod97Valid } from '../../../../policies/privacy/checksums.ts';
import { resolveOverlaps } from '../../../../policies/privacy/overlaps.ts';
import { registry } from '../../../../policies/privacy/recognizers/_registry.gen.ts';
import { createScanner, scanText } from '../../../../policies/privacy/scan.ts';
import { createTextReader } from '../../../../policies/privacy/text-index.ts';

const found = (text: string): string[] =>
  scanText(text).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);

describe('checksums', () => {
  // ISO/IEC 7812-1's own example and the networks' published test numbers.
  it.each([
    '17893729974',
    '378282246310005',
    '371449635398431',
    '5555555555554444',
    '6011111111111117',
    '3530111333300000',
    '4222222222222',
  ])('accepts the Luhn number %s and refuses it with another last digit', (digits) => {
    expect(isLuhnValid(digits)).toBe(true);
    for (let i = 1; i < 10; i += 1) {
      expect(isLuhnValid(digits.slice(0, -1) + ((Number(digits.at(-1)) + i) % 10))).toBe(false);
    }
  });

  // Examples of the SWIFT IBAN registry.
  it.each([
    'AL47212110090000000235698741',
    'AT611904300234573201',
    'BE68539007547034',
    'BR9700360305000010009795493P1',
    'CH9300762011623852957',
    'CY17002001280000001200527600',
    'DE89370400440532013000',
    'ES9121000418450200051332',
    'FI2112345600000785',
    'FR1420041010050500013M02606',
    'GB29NWBK60161331926819',
    'IT60X0542811101000000123456',
    'KW81CBKU0000000000001234560101',
    'LC55HEMM000100010012001200023015',
    'MT84MALT011000012345MTLCAST001S',
    'NL91ABNA0417164300',
    'NO9386011117947',
    'PL61109010140000071219812874',
    'SA0380000000608010167519',
    'SE4550000000058398257466',
    'TR330006100519786457841326',
    'VG96VPVG0000012345678901',
  ])(
    'accepts the IBAN %s, finds it in a sentence in its printed form, and refuses swapped digits',
    (iban) => {
      expect(isMod97Valid(iban)).toBe(true);
      const printed = iban.replace(/(.{4})(?=.)/g, '$1 ');
      expect(found(`Pay to ${printed}, please`)).toEqual([`IBAN ${printed}`]);
      const swapped = iban.slice(0, -2) + iban.at(-1) + iban.at(-2);
      if (swapped !== iban) expect(isMod97Valid(swapped)).toBe(false);
    },
  );
});

describe('scanText', () => {
  it('looks for the types that are asked for when they change from text to text', () => {
    const text = 'jo@example.org, 4111 1111 1111 1111, SSN 219-09-9998';
    const emails = new Set(['EMAIL']);
    const others = new Set(['CREDIT_CARD', 'US_SSN']);
    const typesIn = (types?: ReadonlySet<string>): string[] =>
      scanText(text, { types }).map(({ type }) => type);
    for (let again = 0; again < 2; again += 1) {
      expect(typesIn(emails)).toEqual(['EMAIL']);
      expect(typesIn(others)).toEqual(['CREDIT_CARD', 'US_SSN']);
      expect(typesIn()).toEqual(['EMAIL', 'CREDIT_CARD', 'US_SSN']);
      expect(typesIn(emails)).toEqual(['EMAIL']);
      expect(typesIn(new Set())).toEqual([]);
    }
  });

  it('finds several kinds in one text, sorted and with offsets in UTF-16 code units', () => {
    const text = '😀 jo@example.org, 4111 1111 1111 1111, AKIA4QZX7LMNP2RSTUVW, SSN 219-09-9998';
    expect(found(text)).toEqual([
      'EMAIL jo@example.org',
      'CREDIT_CARD 4111 1111 1111 1111',
      'API_KEY AKIA4QZX7LMNP2RSTUVW',
      'US_SSN 219-09-9998',
    ]);
    expect(scanText(text)[0]).toEqual({ type: 'EMAIL', start: 3, end: 17, score: 0.9, recognizer: 'email' });
  });

  it('lets context words decide about a bare number, in front, behind and as a label', () => {
    expect(found('order 4155550132')).toEqual([]);
    expect(found('phone 4155550132')).toEqual(['PHONE 4155550132']);
    expect(found('{"userPhone":"4155550132"}')).toEqual(['PHONE 4155550132']);
    expect(found('4155550132 is my cell')).toEqual(['PHONE 4155550132']);
    expect(scanText('4155550132', { label: 'contact_phone' })).toMatchObject([
      { type: 'PHONE', start: 0, end: 10 },
    ]);
    expect(
      scanText('q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1Aa/Po0Iu+Yt8Re', { label: 'secret_access_key' }),
    ).toMatchObject([{ type: 'API_KEY', start: 0, end: 40 }]);
    expect(found('microphones 4155550132')).toEqual([]);
  });

  it('finds both of two values that run into one another', () => {
    expect(found('+49 30 901820 4111 1111 1111 1111')).toEqual([
      'PHONE +49 30 901820',
      'CREDIT_CARD 4111 1111 1111 1111',
    ]);
    expect(found('1234 4111 1111 1111 1111')).toEqual(['CREDIT_CARD 4111 1111 1111 1111']);
  });

  it('keeps to the types and the score that are asked for', () => {
    const text = 'jo@example.org 203.0.113.9';
    expect(scanText(text, { types: new Set(['IP_ADDRESS']) })).toMatchObject([{ type: 'IP_ADDRESS' }]);
    expect(scanText(text, { minScore: 0.9 })).toMatchObject([{ type: 'EMAIL' }]);
  });

  it('takes the password of a URL for a credential, not for the beginning of an address', () => {
    expect(found('postgres://app:s3cret@db.example.com/x')).toEqual(['URL_CREDENTIALS app:s3cret']);
  });

  it('gives sorted findings that never overlap and lie in the text, for any text', () => {
    const pieces = Object.values(registry).flatMap(({ examples }) => [
      ...examples.match.flat(),
      ...examples.noMatch,
    ]);
    const part = fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 8 }));
    const slow = createScanner(Object.values(registry), false);
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const text = parts.join('');
        const findings = scanText(text);
        let end = 0;
        for (const finding of findings) {
          expect(finding.start).toBeGreaterThanOrEqual(end);
          expect(finding.end).toBeGreaterThan(finding.start);
          end = finding.end;
        }
        expect(end).toBeLessThanOrEqual(text.length);
        expect(findings).toEqual(slow(text));
      }),
      { numRuns: 300 },
    );
  });
});

describe('resolveOverlaps', () => {
  const finding = (start: number, end: number, score: number, type = 'A'): Finding => ({
    type,
    start,
    end,
    score,
    recognizer: type,
  });

  it('prefers the score, then the length, then the start', () => {
    expect(resolveOverlaps([finding(0, 5, 0.5), finding(3, 9, 0.9, 'B')])).toEqual([finding(3, 9, 0.9, 'B')]);
    expect(resolveOverlaps([finding(3, 9, 0.5, 'B'), finding(0, 5, 0.5)])).toEqual([finding(3, 9, 0.5, 'B')]);
    expect(resolveOverlaps([finding(2, 4, 0.5, 'B'), finding(1, 3, 0.5)])).toEqual([finding(1, 3, 0.5)]);
  });

  it('widens the winner to a loser that contains it, so that nothing of that one stays uncovered', () => {
    expect(resolveOverlaps([finding(0, 20, 0.6), finding(5, 9, 1, 'B'), finding(11, 12, 0.7, 'C')])).toEqual([
      finding(0, 20, 1, 'B'),
    ]);
  });
});

describe('createTextReader', () => {
  it('refuses an anchor of two characters', () => {
    const bad = { ...registry.npm, anchors: ['ab'] };
    expect(() => createTextReader([bad])).toThrow(
      'recognizer npm: anchor "ab" must have 1 or at least 3 characters',
    );
  });

  it('lets no recognizer run on plain prose', () => {
    const read = createTextReader(Object.values(registry));
    expect(
      read('Please summarise this text in three short sentences and keep the tone.').owners.length === 0,
    ).toBe(true);
  });
});

const casesPath = join(packageRoot, '../shared/data/secrets/gitleaks_cases.json');
/** Rules of gitleaks for the vendors that we have, and the negative cases that we do find on purpose. */
const COVERED =
  /^(?:anthropic|aws-access|gcp-api|github-|gitlab-|huggingface|npm|openai|perplexity|private-key|sendgrid|slack|stripe|twilio)/;

describe.skipIf(!existsSync(casesPath))('the cases of gitleaks (skipped without ../shared/data)', () => {
  const cases = existsSync(casesPath)
    ? (JSON.parse(readFileSync(casesPath, 'utf8')) as {
        rule: string;
        true_positives: string[];
        false_positives: string[];
      }[])
    : [];
  const covered = cases.filter(({ rule }) => COVERED.test(rule));
  const secrets = (text: string): string[] =>
    found(text).filter((entry) => /^(?:API_KEY|PRIVATE_KEY|JWT)/.test(entry));

  it.each(covered.flatMap(({ rule, true_positives: texts }) => texts.map((text) => [rule, text])))(
    'finds %s',
    (_, text) => {
      expect(secrets(text as string).length).toBeGreaterThan(0);
    },
  );

  // Left out: real Google keys that gitleaks allows because they are public, and Anthropic keys of another kind or with a
  // wrong end, which cost nothing to hide.
  const negatives = covered
    .filter(({ rule }) => rule !== 'gcp-api-key' && rule !== 'anthropic-api-key')
    .flatMap(({ rule, false_positives: texts }) => texts.map((text) => [rule, text]));
  it.each(negatives)('finds nothing for %s', (_, text) => {
    expect(secrets(text as string)).toEqual([]);
  });
});
