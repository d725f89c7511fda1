// A recognizer of values that only their label tells: `MRN: 2569870`, `Passport No. X1234567`, `"pin": "4711"`.
import { type Anchor, defineRecognizer, type Recognizer } from '../../contract/recognizer.ts';

export interface LabelledDefinition
  extends Pick<Recognizer, 'name' | 'type' | 'examples' | 'validate' | 'minDigits'> {
  /** Lower case; what stands for a space may be `_`, `-` or nothing. At least three letters each. */
  labels: readonly string[];
  /** A regular expression of bounded length for the value. */
  value: string;
  /** Default 0.75. */
  score?: number;
}

/** `No.`, `number`, `nº`, `is`, quotes and signs between the label and its value. */
const GAP =
  '(?:[ _-]?(?:numbers?|numero|número|nummer|num|code|id|nos?|nrs?|is|was|n))?["\'.ºª°]{0,2}\\s{0,3}(?:[:=#]|>(?!\\s)|is|was|ist|es|:{1,3}=|\\?=|=>|\\|\\||-|—)?\\s{0,3}["\']?';

const MAX_GAP = 24;
const MAX_VALUE = 96;

/** In every text. */
const USUAL = /^(?:number|code|date|name|user|file|account|valid|record)$/;

/** The longest piece of small ASCII letters, which the reader finds in any case, or else the whole label. */
function anchorOf(label: string): Exclude<Anchor, string> {
  const weight = (piece: string): number => (USUAL.test(piece) ? 0 : piece.length);
  const text = (label.match(/[a-z]{3,}/g) ?? [label]).reduce((a, b) => (weight(b) > weight(a) ? b : a));
  // A space of the label may be missing in the text.
  return { text, starts: label.startsWith(text), ends: label.endsWith(text) };
}

export function defineLabelled({ labels, value, score = 0.75, ...rest }: LabelledDefinition): Recognizer {
  const label = labels.map((text) => text.replace(/[.()]/g, '\\$&').replaceAll(' ', '[ _.-]?')).join('|');
  const longest = Math.max(...labels.map(({ length }) => length));
  const anchors = labels.map(anchorOf);
  return defineRecognizer({
    ...rest,
    anchors: [...new Map(anchors.map((anchor) => [JSON.stringify(anchor), anchor])).values()],
    lead: anchors.every(({ starts }) => starts) ? 0 : longest,
    tail: longest + MAX_GAP + MAX_VALUE,
    patterns: [
      {
        regex: new RegExp(
          `(?<![A-Za-z\\d\\u00c0-\\u02ff])(?:${label})(?![a-z])${GAP}(?<value>${value})(?![A-Za-z\\d_\\u00c0-\\u02ff])`,
          'gi',
        ),
        score,
      },
    ],
  });
}
