// The view is compared with Unicode's own normalisation and Node's decoders; findings must cover what was disguised.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalView } from '../../../../policies/privacy/normal-view.ts';
import { scanText } from '../../../../policies/privacy/scan.ts';

const found = (text: string): string[] =>
  scanText(text).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);

const VALUES = [
  'EMAIL anna.weber@example.org',
  'CREDIT_CARD 4111 1111 1111 1111',
  'US_SSN 219-09-9998',
  'IBAN DE89370400440532013000',
  'API_KEY AKIA4QZX7LMNP2RSTUVW',
] as const;
const typeAndValue = (entry: string): [string, string] => {
  const at = entry.indexOf(' ');
  return [entry.slice(0, at), entry.slice(at + 1)];
};

describe('normalView', () => {
  it.each([
    ['plain ASCII', 'write to jo@example.org, 100% of x & y, C:\\users'],
    ['Latin letters', 'Straße, señor, 1²'],
    ['another alphabet', 'Привет, как дела? Ελλάδα'],
    ['quotes and dashes of prose', '“He said — well — that’s it…”'],
    ['modulo and operators', 'if (a%10 && b&c) printf("%s%d")'],
  ])('leaves %s as it is', (_, text) => {
    expect(normalView(text)).toBe(null);
  });

  it.each([
    ['４１１１', '4111'],
    ['٠١٢٣٤٥٦٧٨٩', '0123456789'],
    ['०१२३४५६७८९', '0123456789'],
    ['𝟘𝟙𝟚', '012'],
    ['ＡＢｃ＠', 'ABc@'],
    ['a\u200bb\u00adc\ufeffd', 'abcd'],
    ['pаypаl', 'paypal'],
    ['a%40b.org', 'a@b.org'],
    ['100%25', '100%'],
    ['j%C3%B6rg', 'jörg'],
    ['a&#64;b&#x2e;c&amp;d', 'a@b.c&d'],
    ['a\\u0040b', 'a@b'],
    ['4111–1111', '4111-1111'],
  ])('reads %j as %j', (text, plain) => {
    expect(normalView(text)?.text).toBe(plain);
  });

  it('agrees with NFKC about every digit of Unicode that NFKC knows, and with the digit values about the others', () => {
    for (let code = 0x80; code <= 0xffff; code += 1) {
      const char = String.fromCharCode(code);
      if (!/\p{Nd}/u.test(char)) continue;
      const plain = normalView(`x${char}`)?.text ?? '';
      expect(plain).toMatch(/^x[0-9]$/);
      const same = char.normalize('NFKC');
      if (/^[0-9]$/.test(same)) expect(plain).toBe(`x${same}`);
    }
  });

  it('undoes encodeURIComponent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
        const encoded = encodeURIComponent(text);
        const plain = normalView(encoded)?.text ?? encoded;
        // Control characters stay encoded, and what was decoded is not read again.
        if (!/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\ufffd]/u.test(text)) expect(plain).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('maps every place to one in the text, in order, and keeps what it did not change', {
    timeout: 60_000,
  }, () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ maxLength: 6 }),
      fc.constantFrom(
        '%40',
        '%C3%BC',
        '%zz',
        '&amp;',
        '&#64;',
        '&;',
        '\\u0040',
        '\u200b',
        '４',
        'а',
        'a',
        '–',
        '1',
      ),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
        const text = parts.join('');
        const view = normalView(text);
        if (view === null) return;
        expect(view.starts.length).toBe(view.text.length);
        expect(view.ends.length).toBe(view.text.length);
        let before = 0;
        for (let i = 0; i < view.text.length; i += 1) {
          const [start, end] = [view.starts[i] as number, view.ends[i] as number];
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          if (end === start + 1 && text.charCodeAt(start) < 128 && !'%&\\'.includes(text[start] as string))
            expect(view.text[i]).toBe(text[start]);
          before = start;
        }
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('scanText', () => {
  const wide = (value: string): string =>
    value.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0));
  const entities = (value: string): string =>
    value.replace(/[^A-Za-z0-9 ]/g, (char) => `&#${char.charCodeAt(0)};`);

  it.each(VALUES)('finds %s in full width, percent-encoded, with entities, as Base64', (entry) => {
    const [type, value] = typeAndValue(entry);
    for (const disguised of [wide(value), encodeURIComponent(value), entities(value)])
      expect(found(`see ${disguised} there`)).toEqual([`${type} ${disguised}`]);
    const encoded = Buffer.from(`It is ${value}.`).toString('base64');
    expect(found(`see ${encoded} there`)).toEqual([`${type} ${encoded}`]);
  });

  it('covers a value wherever invisible characters stand in it', { timeout: 60_000 }, () => {
    const invisible = fc.constantFrom('\u200b', '\u200d', '\u00ad', '\u2060', '\ufeff', '\u202e');
    fc.assert(
      fc.property(
        fc.constantFrom(...VALUES),
        fc.array(fc.tuple(fc.nat(40), invisible), { minLength: 1, maxLength: 6 }),
        (entry, places) => {
          const [type, value] = typeAndValue(entry);
          let disguised = value;
          for (const [at, char] of places) {
            // Inside the value: at its edges they belong to the text around.
            const place = 1 + (at % (value.length - 1));
            disguised = disguised.slice(0, place) + char + disguised.slice(place);
          }
          const text = `see ${disguised} there`;
          expect(scanText(text)).toMatchObject([{ type, start: 4, end: 4 + disguised.length }]);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('looks into Base64 of text only', () => {
    const picture = Buffer.from(Array.from({ length: 600 }, (_, i) => (i * 7919) % 256)).toString('base64');
    expect(found(`data ${picture} end`)).toEqual([]);
    expect(found(`greeting ${Buffer.from('nothing private is in here').toString('base64')}`)).toEqual([]);
  });
});
