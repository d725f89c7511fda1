// Training texts from sentence frames: prose, chats, forms, JSON, tables and log lines in eight languages, with noise in case and
// punctuation. The same seed gives the same texts.
import type { Frames } from './frames/_types.ts';
import { CODE_LINES } from './frames/code.ts';
import { de } from './frames/de.ts';
import { en } from './frames/en.ts';
import { es } from './frames/es.ts';
import { fr } from './frames/fr.ts';
import { it } from './frames/it.ts';
import { withMore } from './frames/more.ts';
import { nl } from './frames/nl.ts';
import { OTHERS } from './frames/others.ts';
import { pl } from './frames/pl.ts';
import { pt } from './frames/pt.ts';
import { RECORDS } from './frames/records.ts';
import { SCRIPTS } from './frames/scripts.ts';
import type { LabelledText } from './labelled.ts';
import { Random } from './random.ts';
import { type RealValues, SLOT_TYPES, Slots, seedFakers } from './slots.ts';

/** Each language as often as it stands here. */
export const LANGUAGES: readonly Frames[] = [
  en,
  en,
  en,
  en,
  en,
  en,
  de,
  de,
  fr,
  fr,
  es,
  es,
  it,
  pt,
  nl,
  pl,
].map(withMore);

/** Shares of the texts that are code and have nothing to find, that are records of machines about persons, of other languages and scripts. */
const CODE_SHARE = 0.2;
const RECORD_SHARE = 0.1;
const OTHER_LANGUAGES = 0.05;
const OTHER_SCRIPTS = 0.1;

const SLOT = /^\{[A-Z]+\}$/;
/** `‹a|b›` */
const CHOICE = /‹([^‹›]*)›/g;

class Writer {
  readonly #slots: Slots;
  readonly #random: Random;
  #text = '';
  #spans: LabelledText['spans'] = [];

  constructor(slots: Slots, random: Random) {
    this.#slots = slots;
    this.#random = random;
  }

  frame(frame: string, locale: string): this {
    const chosen = frame.replace(CHOICE, (_, choices: string) => this.#random.pick(choices.split('|')));
    for (const part of chosen.split(/(\{[A-Z]+\})/)) {
      if (SLOT.test(part)) this.slot(part.slice(1, -1), locale);
      else this.#text += part;
    }
    return this;
  }

  slot(slot: string, locale: string, spell: (value: string) => string = (value) => value): this {
    const value = spell(this.#slots.fill(slot, locale));
    const type = SLOT_TYPES[slot];
    if (type !== undefined)
      this.#spans.push({ start: this.#text.length, end: this.#text.length + value.length, type });
    this.#text += value;
    return this;
  }

  add(text: string): this {
    this.#text += text;
    return this;
  }

  /** One text, with noise that keeps every offset. */
  done(): LabelledText {
    const at = this.#random.next();
    let text = this.#text;
    const cased = at < 0.1 ? text.toLowerCase() : at < 0.14 ? text.toUpperCase() : text;
    if (cased.length === text.length) text = cased;
    return { text, spans: this.#spans };
  }
}

const someFields = (frames: Frames, random: Random): [string, string][] =>
  Array.from({ length: random.between(2, 7) }, () => [...random.pick(frames.fields)] as [string, string]);

const LAYOUTS: readonly ((writer: Writer, frames: Frames, locale: string, random: Random) => void)[] = [
  (writer, frames, locale, random) => {
    for (let i = random.between(1, 4); i > 0; i -= 1) {
      writer.frame(random.pick(random.chance(0.65) ? frames.prose : frames.plain), locale);
      writer.add(random.pick([' ', ' ', '\n', '\n\n']));
    }
  },
  (writer, frames, locale, random) => {
    const separator = random.pick([
      ': ',
      ': ',
      ': ',
      ':  ',
      ':\t',
      ' - ',
      ' = ',
      ':\n',
      '\n',
      '\t',
      ' : ',
      ' ..... ',
    ]);
    const end = random.pick(['\n', '\n', '\n', '.\n', ';\n', '    ', ', ']);
    const mark = random.pick(['', '', '', '- ', '* ', '    ']);
    const isUpper = random.chance(0.15);
    for (const [key, slot] of someFields(frames, random)) {
      writer
        .add(mark + (isUpper ? key.toUpperCase() : key) + separator)
        .slot(slot, locale)
        .add(end);
    }
  },
  (writer, frames, locale, random) => {
    const gap = random.pick(['', ' ', '\n  ']);
    const quote = (value: string): string => JSON.stringify(value).slice(1, -1);
    writer.add('{');
    let isFirst = true;
    for (const [key, slot] of someFields(frames, random)) {
      writer.add(
        `${isFirst ? '' : ','}${gap}"${key.toLowerCase().replaceAll(' ', '_')}":${gap === '' ? '' : ' '}"`,
      );
      writer.slot(slot, locale, quote).add('"');
      isFirst = false;
    }
    writer.add(gap.startsWith('\n') ? '\n}' : `${gap}}`);
  },
  (writer, frames, locale, random) => {
    const separator = random.pick([',', ';', '\t', ' | ']);
    const fields = someFields(frames, random);
    writer.add(fields.map(([key]) => key).join(separator)).add('\n');
    for (let row = random.between(1, 4); row > 0; row -= 1) {
      for (const [index, [, slot]] of fields.entries()) {
        writer.add(index === 0 ? '' : separator);
        writer.slot(slot, locale, (value) => value.replaceAll('\n', ', '));
      }
      writer.add('\n');
    }
  },
  (writer, frames, locale, random) => {
    for (let i = random.between(1, 5); i > 0; i -= 1)
      writer.frame(random.pick(frames.plain), locale).add('\n');
  },
];

export function* generate(count: number, seed: number, real: RealValues): Generator<LabelledText> {
  const random = new Random(seed);
  const slots = new Slots(random, real);
  seedFakers(() => random.between(0, 0xfffffff));
  for (let i = 0; i < count; i += 1) {
    const at = random.next();
    const frames = random.pick(
      at < OTHER_LANGUAGES ? OTHERS : at < OTHER_LANGUAGES + OTHER_SCRIPTS ? SCRIPTS : LANGUAGES,
    );
    const locale = random.chance(0.7) ? (frames.locales[0] as string) : random.pick(frames.locales);
    const writer = new Writer(slots, random);
    if (random.chance(CODE_SHARE)) {
      for (let lines = random.between(1, 10); lines > 0; lines -= 1)
        writer.frame(random.pick(CODE_LINES), 'en_US').add('\n');
      yield writer.done();
      continue;
    }
    if (random.chance(RECORD_SHARE)) {
      for (let lines = random.between(1, 4); lines > 0; lines -= 1)
        writer.frame(random.pick(random.chance(0.75) ? RECORDS : CODE_LINES), locale).add('\n');
      yield writer.done();
      continue;
    }
    const layout = random.chance(0.6) ? LAYOUTS[0] : random.pick(LAYOUTS);
    layout?.(writer, frames, locale, random);
    yield writer.done();
  }
}
