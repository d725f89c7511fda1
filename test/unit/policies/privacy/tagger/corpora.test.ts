import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCorpus } from '../../../../../policies/privacy/training/corpora.ts';

/** The spans of a text of the Spanish clinics whose parts are labelled so. */
function spansOf(text: string, parts: [label: string, part: string][]): [string, string][] {
  const folder = mkdtempSync(join(tmpdir(), 'corpora-'));
  try {
    const spans = parts.map(([label, part]) => {
      const start = text.indexOf(part);
      return { start, end: start + part.length, label, text: part };
    });
    writeFileSync(join(folder, 'meddocan_dev.jsonl'), JSON.stringify({ text, spans }));
    return readCorpus(folder, 'meddocan_dev').flatMap((read) =>
      read.spans.map(({ start, end, type }): [string, string] => [type, read.text.slice(start, end)]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('addresses of the Spanish clinics', () => {
  it('are whole where a line holds them', () => {
    const text = 'Dra. Vega, Calle Mayor, 3. 28013 Madrid, tel. 1';
    expect(
      spansOf(text, [
        ['NOMBRE_PERSONAL_SANITARIO', 'Vega'],
        ['CALLE', 'Calle Mayor, 3'],
        ['TERRITORIO', '28013'],
        ['TERRITORIO', 'Madrid'],
      ]),
    ).toEqual([
      ['PERSON', 'Vega'],
      ['ADDRESS', 'Calle Mayor, 3. 28013 Madrid'],
    ]);
  });

  it('end with their line, and a code alone is no place', () => {
    const text = 'Domicilio: Calle Mayor, 3\nLocalidad: Madrid\nCP: 28013';
    expect(
      spansOf(text, [
        ['CALLE', 'Calle Mayor, 3'],
        ['TERRITORIO', 'Madrid'],
        ['TERRITORIO', '28013'],
      ]),
    ).toEqual([
      ['ADDRESS', 'Calle Mayor, 3'],
      ['LOCATION', 'Madrid'],
    ]);
  });
});
