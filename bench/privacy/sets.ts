// The labelled development sets with their labels as ours, and texts that hold nothing private.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import type { Span } from './score.ts';

export const dataFolder = join(packageRoot, '../shared/data');

export interface Labelled {
  text: string;
  spans: Span[];
}

const NAMES: Record<string, string> = {
  PERSON: 'PERSON',
  LOCATION: 'LOCATION',
  ORGANIZATION: 'ORGANIZATION',
  ORG: 'ORGANIZATION',
  PHONE: 'PHONE',
  EMAIL: 'EMAIL',
  ID: 'ID',
  DATE_TIME: 'DATE_TIME',
};
/** What a set's label is to us; a label that is missing is nothing to find. */
const LABELS: Record<string, Record<string, string>> = {
  german_ler_dev: {
    PER: 'PERSON',
    RR: 'PERSON',
    AN: 'PERSON',
    LD: 'LOCATION',
    ST: 'LOCATION',
    LDS: 'LOCATION',
    STR: 'ADDRESS',
    ORG: 'ORGANIZATION',
    UN: 'ORGANIZATION',
    INN: 'ORGANIZATION',
    GRT: 'ORGANIZATION',
  },
  meddocan: {
    NOMBRE_SUJETO_ASISTENCIA: 'PERSON',
    NOMBRE_PERSONAL_SANITARIO: 'PERSON',
    CALLE: 'ADDRESS',
    TERRITORIO: 'LOCATION',
    PAIS: 'LOCATION',
    HOSPITAL: 'ORGANIZATION',
    INSTITUCION: 'ORGANIZATION',
    CENTRO_SALUD: 'ORGANIZATION',
    FECHAS: 'DATE_TIME',
    EDAD_SUJETO_ASISTENCIA: 'AGE',
    CORREO_ELECTRONICO: 'EMAIL',
    NUMERO_TELEFONO: 'PHONE',
    NUMERO_FAX: 'PHONE',
    ID_SUJETO_ASISTENCIA: 'ID',
    ID_ASEGURAMIENTO: 'ID',
    ID_CONTACTO_ASISTENCIAL: 'ID',
    ID_TITULACION_PERSONAL_SANITARIO: 'ID',
  },
  secrets_generated: { SECRET: 'SECRET' },
};

/** Sets of single names and addresses cut into pieces: they have no text around them. */
const NO_TEXT = /^(?:probablepeople|usaddress)/;

export const labelledSets = (): string[] =>
  existsSync(join(dataFolder, 'pii'))
    ? readdirSync(join(dataFolder, 'pii'))
        .filter((file) => file.endsWith('.jsonl') && !NO_TEXT.test(file))
        .map((file) => file.slice(0, -'.jsonl'.length))
    : [];

/** Code-point offsets as UTF-16 ones. */
function utf16Offsets(text: string): (offset: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (offset) => offset;
  const at: number[] = [0];
  for (const char of text) at.push((at.at(-1) as number) + char.length);
  return (offset) => at[offset] as number;
}

const labelsOf = (name: string): Record<string, string> =>
  Object.entries(LABELS).find(([start]) => name.startsWith(start))?.[1] ?? NAMES;

interface Line {
  text: string;
  spans: { start: number; end: number; label: string }[];
}

const linesOf = (name: string): string[] =>
  readFileSync(join(dataFolder, 'pii', `${name}.jsonl`), 'utf8').split('\n');

/** @param maxCharacters evenly chosen lines until about so many characters */
export function readSet(name: string, maxCharacters: number): Labelled[] {
  const labels = labelsOf(name);
  const lines = linesOf(name);
  const share = Math.min(1, maxCharacters / lines.reduce((sum, { length }) => sum + length + 1, -1));
  return lines
    .filter((line, i) => line !== '' && Math.floor(i * share) !== Math.floor((i - 1) * share))
    .map((line) => {
      const { text, spans } = JSON.parse(line) as Line;
      const offset = utf16Offsets(text);
      const mapped = spans.flatMap(({ start, end, label }) => {
        const type = labels[label];
        return type === undefined ? [] : [{ start: offset(start), end: offset(end), type }];
      });
      return { text, spans: mapped };
    });
}

/** The types that a set has labels for: what it never labels cannot be found wrongly in it. */
export function typesOf(name: string): Set<string> {
  const labels = labelsOf(name);
  const types = linesOf(name).flatMap((line) =>
    line === '' ? [] : (JSON.parse(line) as Line).spans.map(({ label }) => labels[label]),
  );
  return new Set(types.filter((type) => type !== undefined));
}

const read = (...path: string[]): string => {
  const file = join(...path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

const ownSources = (folder: string, pattern: RegExp): string =>
  readdirSync(join(packageRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');

/** Lines as servers write them; the numbers run on. */
function logLines(count: number): string {
  const lines: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const time = new Date(
      Date.UTC(2026, 2, 1 + (i % 28), i % 24, (i * 7) % 60, (i * 13) % 60, (i * 37) % 1000),
    );
    const stamp = time.toISOString();
    const hash = (i * 2654435761).toString(16).padStart(12, '0');
    lines.push(
      `${stamp} INFO [worker-${i % 8}] request ${hash} took ${(i * 17) % 900}.${i % 10} ms, status 200, ${i * 1031} bytes`,
      `${stamp.slice(0, 19).replace('T', ' ')},${i % 1000} DEBUG ConfigManager.cpp:${100 + (i % 900)} loaded revision ${1000000 + i * 7919} of ${7700 + i}`,
      `[${time.getTime()}] pid=${3000 + i} trace=${hash}${hash.slice(0, 4)} queue depth ${i % 50}/${(i * 3) % 512} gc ${i % 9}.${i % 7}s`,
    );
  }
  return lines.join('\n');
}

/** Texts without personal data; examples and documentation of ours that show some on purpose are left out. */
export function freeTexts(): Record<string, string> {
  const texts: Record<string, string> = {
    'prose (tinyshakespeare)': read(dataFolder, 'corpora/tinyshakespeare.txt').slice(0, 500_000),
    'code (own TypeScript)': ['engine', 'store', 'tiers', 'router', 'contract', 'scripts']
      .map((folder) => ownSources(folder, /\.ts$/))
      .join('\n'),
    'code (own C++)': ownSources('native/src', /\.(?:cpp|h)$/),
    'JSON (openapi)': read(dataFolder, 'openapi/openai.openapi.json'),
    logs: logLines(3000),
  };
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
}

export interface SecretCases {
  rule: string;
  true_positives: string[];
  false_positives: string[];
}

export const secretCases = (): SecretCases[] =>
  JSON.parse(read(dataFolder, 'secrets/gitleaks_cases.json') || '[]') as SecretCases[];
