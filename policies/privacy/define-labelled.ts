// A recognizer of values that only their label tells: `MRN: 2569870`, `Passport No. X1234567`, `"pin": "4711"`.
import { defineRecognizer, type Recognizer } from '../../contract/recognizer.ts';

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
  '(?:[ _-]?(?:numbers?|numero|número|nummer|num|code|id|nos?|nrs?|is|was|n))?["\'.ºª°]{0,2}\\s{0,3}(?:[:=#]|is|was|ist|es|:=|=>|-|—)?\\s{0,3}["\']?';

/** The longest piece of small ASCII letters, which the prefilter finds in any case, or else the whole label. */
const anchorOf = (label: string): string =>
  (label.match(/[a-z]{3,}/g) ?? [label]).reduce((a, b) => (b.length > a.length ? b : a));

export function defineLabelled({ labels, value, score = 0.75, ...rest }: LabelledDefinition): Recognizer {
  const label = labels.map((text) => text.replace(/[.()]/g, '\\$&').replaceAll(' ', '[ _.-]?')).join('|');
  return defineRecognizer({
    ...rest,
    anchors: [...new Set(labels.map(anchorOf))],
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
