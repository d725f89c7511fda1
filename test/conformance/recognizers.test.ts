// Every recognizer of the registry: its own examples in both directions, declared conditions, linear time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Anchor, Recognizer } from '../../contract/recognizer.ts';
import { registry } from '../../policies/privacy/recognizers/_registry.gen.ts';
import { createScanner, scanText } from '../../policies/privacy/scan.ts';
import { textsOfPattern } from '../support/pattern-texts.ts';

const recognizers: [string, Recognizer][] = Object.entries(registry);

const textOf = (anchor: Anchor): string => (typeof anchor === 'string' ? anchor : anchor.text);

/** Pieces that lead a pattern on without ever finishing a match, from the recognizer's own anchors and examples. */
function adversarialSeeds({ anchors = [], examples }: Recognizer): string[] {
  const halves = examples.match.flatMap(([, ...values]) => values.map((value) => value.slice(0, -1)));
  const heads = halves.map((half) => half.slice(0, Math.ceil(half.length / 2)));
  return [
    ...new Set([
      ...anchors.slice(0, 3).map(textOf),
      ...halves,
      ...heads,
      '1',
      '1 ',
      'a',
      'a.',
      '0-',
      ':',
      '@',
      'a@a.',
      '-',
    ]),
  ];
}

function timeOf(run: () => unknown): number {
  // Processor time: the machine may be busy with other things.
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/**
 * Does four times the text take about four times as long? Quadratic time would take sixteen. The machine may be busy, so the
 * best times of up to 24 tries count (the compiler's threads are this process too), and 3 ms are noise: what takes no longer is no danger.
 */
function isLinear(run: (text: string) => unknown, seed: string, size = 100_000): boolean {
  const small = seed.repeat(Math.ceil(size / 4 / seed.length));
  const large = seed.repeat(Math.ceil(size / seed.length));
  let best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  for (let attempt = 0; attempt < 24; attempt += 1) {
    best = [
      Math.min(
        best[0],
        timeOf(() => run(small)),
      ),
      Math.min(
        best[1],
        timeOf(() => run(large)),
      ),
    ];
    if (best[1] < 10 * best[0] + 3) return true;
  }
  return false;
}

/** What may stand right before and behind a value: markup, escapes of programs, a terminal's colours, quotes of many languages. */
const SURROUNDINGS: [before: string, behind: string][] = [
  ...['\\n', '\\t', '\\r\\n', '\\\\n', '\\u000a', '\\x0a', '%0A', '&#10;'].map((end): [string, string] => [
    end,
    ' ',
  ]),
  ...['**', '_', '__', '~~', '`', '"', "'", '\\"', '&quot;', '%22', '\\u0022'].map(
    (sign): [string, string] => [sign, sign],
  ),
  ...['“”', '„“', '‘’', '«»', '‹›', '「」', '()', '[]', '{}', '<>', '……', '——', '→←', '••'].map(
    ([before, behind]): [string, string] => [before!, behind!],
  ),
  ['\u001b[31m', '\u001b[0m'],
  ['\\u001b[1;31m', '\\u001b[0m'],
  ['\\x1b[31m', '\\x1b[0m'],
  ['\\033[1m', '\\033[0m'],
  ['<b>', '</b>'],
  ['=3D', ' '],
  ['\u200b', '\u200b'],
];

describe.each(SURROUNDINGS)('%j and %j', (before, behind) => {
  it('hide no value that stands between them', () => {
    const isFound = (text: string, from: number, to: number): boolean =>
      scanText(text).some(({ start, end }) => start <= from && end >= to);
    // Of the examples those that need no label before them; dates, times and handles must stand among words.
    const values = recognizers
      .filter(([name]) => !/time-of-day|partial-date|handle/.test(name))
      .flatMap(([, { examples }]) => examples.match.flatMap(([, ...found]) => found))
      .filter((value) => isFound(value, 0, value.length));
    expect(values.length).toBeGreaterThan(200);
    const at = before.length + 2;
    const hidden = values.filter(
      (value) => !isFound(`x ${before}${value}${behind} y`, at, at + value.length),
    );
    expect(hidden).toEqual([]);
  });
});

it.each([
  ['no-break spaces', ' ', '\u00a0'],
  ['narrow no-break spaces', ' ', '\u202f'],
  ['thin spaces', ' ', '\u2009'],
  ['%20', ' ', '%20'],
  ['escaped slashes', '/', '\\/'],
  ['%2F', '/', '%2F'],
  ['full-width digits', /[0-9]/g, ''],
])('finds values with %s in them', (_, sign, written) => {
  const other = (value: string): string =>
    value.replaceAll(sign, (found) =>
      written === '' ? String.fromCharCode(0xff10 + Number(found)) : written,
    );
  const covers = (text: string, value: string): boolean => {
    const at = text.indexOf(value);
    return scanText(text).some(({ start, end }) => start <= at && end >= at + value.length);
  };
  const examples = recognizers.flatMap(([, { examples }]) =>
    examples.match.flatMap(([text, ...values]) => values.map((value) => ({ text, value }))),
  );
  const changed = examples.filter(({ text, value }) => covers(text, value) && other(value) !== value);
  expect(changed.length).toBeGreaterThan(10);
  expect(
    changed.filter(
      ({ text, value }) =>
        !covers(
          text.replace(value, () => other(value)),
          other(value),
        ),
    ),
  ).toEqual([]);
});

const LABELLED: [label: string, value: string][] = [
  ['Customer ID', 'C-4482913'],
  ['MRN', '2569870'],
  ['PIN', '4711'],
  ['passport no', 'X1234567'],
  ['número de cliente', '99213048'],
  ['sort code', '20-00-00'],
  ['account number', '000123456789'],
];
const inCode = (label: string): string => label.replaceAll(' ', '_');

it.each<[string, (label: string, value: string) => string]>([
  ['a colon', (label, value) => `${label}: ${value}`],
  ['JSON', (label, value) => `{"${label}": "${value}"}`],
  ['JSON within a text', (label, value) => `{\\"${label}\\": \\"${value}\\"}`],
  ['quotes of prose', (label, value) => `“${label}” is “${value}”`],
  ['brackets', (label, value) => `${label} (${value})`],
  ['bold type', (label, value) => `**${label}:** ${value}`],
  ['a table', (label, value) => `| ${label} | ${value} |`],
  ['a table of HTML', (label, value) => `<td>${label}</td><td>${value}</td>`],
  ['quoted cells', (label, value) => `"${label}","${value}"`],
  ['a setting', (label, value) => `${inCode(label).toUpperCase()}=${value}`],
  ['an element', (label, value) => `<${inCode(label)}>${value}</${inCode(label)}>`],
  ['a line of its own', (label, value) => `${label}\n${value}`],
  ['a written line end', (label, value) => `${label}:\\n${value}`],
  ['a terminal’s colours', (label, value) => `\u001b[1m${label}:\u001b[0m \u001b[32m${value}\u001b[0m`],
  ['an arrow', (label, value) => `${label} → ${value}`],
  ['a mail’s quotation', (label, value) => `> ${label}: ${value}`],
])('finds what is labelled by %s', (_, written) => {
  const hidden = LABELLED.map(([label, value]) => ({ text: written(label, value), value })).filter(
    ({ text, value }) => {
      const at = text.lastIndexOf(value);
      return !scanText(text).some(({ start, end }) => start <= at && end >= at + value.length);
    },
  );
  expect(hidden).toEqual([]);
});

describe.each(recognizers)('recognizer %s', (name, recognizer) => {
  const scan = createScanner([recognizer]);
  const values = (text: string): string[] => scan(text).map(({ start, end }) => text.slice(start, end));

  it('is named after its file and has examples in both directions', () => {
    expect(recognizer.name).toBe(name);
    expect(recognizer.examples.match.length).toBeGreaterThan(0);
    expect(recognizer.examples.noMatch.length).toBeGreaterThan(0);
    expect(recognizer.type).toMatch(/^[A-Z_]+$/);
    for (const { regex } of recognizer.patterns) expect(regex.flags).toContain('g');
  });

  it.each(recognizer.examples.match)('finds its values in %j', (text, ...expected) => {
    expect(values(text)).toEqual(expected);
    // Together with all others the value is covered too, if not always by this recognizer.
    for (const value of expected) {
      const at = text.indexOf(value);
      expect(scanText(text).some(({ start, end }) => start <= at && end >= at + value.length)).toBe(true);
    }
  });

  it.each(recognizer.examples.noMatch)('finds nothing in %j', (text) => {
    expect(values(text)).toEqual([]);
  });

  it('finds the same with and without the prefilter', { timeout: 60_000 }, () => {
    const slow = createScanner([recognizer], false);
    const pieces = [
      ...recognizer.examples.match.flat(),
      ...recognizer.examples.noMatch,
      ...(recognizer.anchors ?? []).slice(0, 10).map(textOf),
    ];
    const glue = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constant(' '),
    );
    const cut = fc
      .tuple(fc.constantFrom(...pieces), fc.nat(12), fc.nat(12))
      .map(([piece, from, upTo]) =>
        piece.slice(from > 6 ? 0 : from, upTo > 6 ? undefined : -upTo || undefined),
      );
    fc.assert(
      fc.property(fc.array(fc.oneof(cut, glue), { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        for (const variant of [text, text.toUpperCase(), text.toLowerCase()]) {
          expect(scan(variant, { minScore: 0 })).toEqual(slow(variant, { minScore: 0 }));
        }
      }),
      { numRuns: recognizer.layouts === undefined ? 200 : 50 },
    );
  });

  if (recognizer.patterns.length > 0)
    it('finds whatever its patterns match with and without the prefilter', { timeout: 60_000 }, () => {
      const slow = createScanner([recognizer], false);
      const glue = fc.oneof(fc.constantFrom('', ' ', '\n', 'x ', ', '), fc.string({ maxLength: 4 }));
      const match = fc.oneof(...recognizer.patterns.map(({ regex }) => textsOfPattern(regex)));
      fc.assert(
        fc.property(glue, match, glue, (before, value, after) => {
          const text = `${before}${value}${after}`;
          expect(scan(text, { minScore: 0 })).toEqual(slow(text, { minScore: 0 }));
        }),
        { numRuns: 300 },
      );
    });

  it('takes linear time on 100 kB of adversarial text', { timeout: 60_000 }, () => {
    const slow = createScanner([recognizer], false);
    for (const seed of adversarialSeeds(recognizer)) {
      expect(isLinear(slow, seed), `seed ${JSON.stringify(seed.slice(0, 30))}`).toBe(true);
    }
  });

  it('takes linear time on 1 MB made of its own examples, as it runs in earnest', { timeout: 60_000 }, () => {
    const [text = '', value = text] = recognizer.examples.match[0] ?? [];
    for (const seed of [value, value.slice(0, -1), recognizer.anchors?.map(textOf)[0] ?? '1'])
      expect(isLinear(scan, seed, 1_000_000), `seed ${JSON.stringify(seed.slice(0, 30))}`).toBe(true);
  });
});
