// The labelled sets, each with its own labels, as training texts.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaggedType } from '../tagger/labels.ts';
import type { LabelledText } from './labelled.ts';
import type { RealValues } from './slots.ts';

/** What a set's label is to us; null: nothing to find. */
const COMMON: Record<string, TaggedType | null> = {
  PERSON: 'PERSON',
  LOCATION: 'LOCATION',
  ORGANIZATION: 'ORGANIZATION',
  ORG: 'ORGANIZATION',
  GROUP: 'ORGANIZATION',
  ADDRESS: 'ADDRESS',
};
const GERMAN_COURTS: Record<string, TaggedType | null> = {
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
};
const SPANISH_CLINICS: Record<string, TaggedType | null> = {
  NOMBRE_SUJETO_ASISTENCIA: 'PERSON',
  NOMBRE_PERSONAL_SANITARIO: 'PERSON',
  CALLE: 'ADDRESS',
  TERRITORIO: 'LOCATION',
  PAIS: 'LOCATION',
  HOSPITAL: 'ORGANIZATION',
  INSTITUCION: 'ORGANIZATION',
  CENTRO_SALUD: 'ORGANIZATION',
};

interface Corpus {
  labels: Record<string, TaggedType | null>;
  /** Share of the texts that is used: large sets of one kind would drown the others. */
  share: number;
}

/** By file name without .jsonl; sets whose names begin alike are left out together (`--leave-out btc`). */
export const CORPORA: Record<string, Corpus> = {
  btc_a: { labels: COMMON, share: 1 },
  btc_b: { labels: COMMON, share: 1 },
  btc_e: { labels: COMMON, share: 1 },
  btc_g: { labels: COMMON, share: 1 },
  btc_h: { labels: COMMON, share: 1 },
  german_ler_dev: { labels: GERMAN_COURTS, share: 0.5 },
  germeval14_dev: { labels: COMMON, share: 1 },
  lener_br_train: { labels: COMMON, share: 0.5 },
  lifebench_8users: { labels: COMMON, share: 0.25 },
  meddocan_dev: { labels: SPANISH_CLINICS, share: 1 },
  meddocan_train: { labels: SPANISH_CLINICS, share: 1 },
  sec_filings_fin5_train: { labels: COMMON, share: 1 },
  uner_en_ewt_dev: { labels: COMMON, share: 1 },
  uner_pt_bosque_train: { labels: COMMON, share: 1 },
  wikigold: { labels: COMMON, share: 1 },
  wnut17_dev: { labels: COMMON, share: 1 },
  wnut17_train: { labels: COMMON, share: 1 },
};

interface Line {
  text: string;
  spans: { start: number; end: number; label: string; text: string }[];
  meta?: { whole?: string };
}

const linesOf = (folder: string, name: string): Line[] => {
  const file = join(folder, `${name}.jsonl`);
  if (!existsSync(file)) throw new Error(`no ${name}.jsonl in ${folder}; give the folder with --data`);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
};

/** Code-point offsets as UTF-16 ones. */
function utf16Offsets(text: string): (offset: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (offset) => offset;
  const at: number[] = [];
  let unit = 0;
  for (const char of text) {
    at.push(unit);
    unit += char.length;
  }
  at.push(unit);
  return (offset) => at[offset] as number;
}

const CODE = /^\d{5}$/;
/** What stands between a street and its code and town. */
const WITHIN_ADDRESS = /^[ ,.;:-]{1,4}(?:E-)?$/;

/**
 * The Spanish clinics label a street, its postal code and its town apart, the last two as places. An address is one to us wherever a line
 * holds it whole, and a code alone is no place; otherwise what the generated texts teach is unlearned.
 */
function wholeAddresses(text: string, spans: LabelledText['spans']): LabelledText['spans'] {
  const joined: LabelledText['spans'] = [];
  for (const span of spans) {
    const before = joined.at(-1);
    const isNext =
      before?.type === 'ADDRESS' &&
      span.type === 'LOCATION' &&
      WITHIN_ADDRESS.test(text.slice(before.end, span.start));
    if (isNext) before.end = span.end;
    else if (span.type !== 'LOCATION' || !CODE.test(text.slice(span.start, span.end))) joined.push(span);
  }
  return joined;
}

/** The texts of one set. A handle (`@name`) is no name of ours. */
export function readCorpus(folder: string, name: string): LabelledText[] {
  const { labels, share } = CORPORA[name] as Corpus;
  const lines = linesOf(folder, name);
  const texts: LabelledText[] = [];
  for (const [index, { text, spans }] of lines.entries()) {
    if (Math.floor(index * share) === Math.floor((index - 1) * share)) continue;
    const offset = utf16Offsets(text);
    const kept: LabelledText['spans'] = [];
    for (const span of [...spans].sort((a, b) => a.start - b.start)) {
      const type = labels[span.label];
      const [start, end] = [offset(span.start), offset(span.end)];
      if (!type || text[start] === '@' || text[start - 1] === '@') continue;
      if (kept.length > 0 && start < (kept.at(-1)?.end ?? 0)) continue;
      kept.push({ start, end, type });
    }
    texts.push({ text, spans: labels === SPANISH_CLINICS ? wholeAddresses(text, kept) : kept });
  }
  return texts;
}

/** The names of a list by country: [country, name] of its columns, those in Latin letters twice where they are given so. */
function namesByCountry(folder: string, file: string, columns: readonly number[]): Map<string, Set<string>> {
  const byCountry = new Map<string, Set<string>>();
  for (const line of readFileSync(join(folder, 'gazetteers', file), 'utf8')
    .split('\n')
    .slice(1)) {
    const cells = line.split(',');
    const country = cells[0] ?? '';
    const names = byCountry.get(country) ?? new Set<string>();
    byCountry.set(country, names);
    for (const column of columns) {
      const name = cells[column]?.trim() ?? '';
      if (name !== '' && !name.startsWith('"')) names.add(name);
    }
  }
  return byCountry;
}

/** Name lists and lines of addresses, for the generator. */
export function readValues(folder: string): RealValues {
  const forenames = namesByCountry(folder, 'common-forenames-by-country.csv', [10, 11]);
  const surnames = namesByCountry(folder, 'common-surnames-by-country.csv', [4, 5]);
  const all = (names: Map<string, Set<string>>): string[] => [...names.values()].flatMap((set) => [...set]);
  // Where a country has only one of the lists, the other is everybody's.
  const nations = [...new Set([...forenames.keys(), ...surnames.keys()])]
    .map((country) => ({
      forenames: [...(forenames.get(country) ?? [])],
      surnames: [...(surnames.get(country) ?? [])],
    }))
    .map((nation) => ({
      forenames: nation.forenames.length > 0 ? nation.forenames : all(forenames),
      surnames: nation.surnames.length > 0 ? nation.surnames : all(surnames),
    }));
  return {
    nations,
    addresses: linesOf(folder, 'usaddress_labeled')
      .filter(({ text, meta }) => meta?.whole === 'ADDRESS' && /\d/.test(text))
      .map(({ text }) => text),
  };
}
