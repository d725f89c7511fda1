// A recognizer finds one kind of PII or secret in a text. One file each in policies/privacy/recognizers/.

/** One piece of PII or secret: `text.slice(start, end)`, offsets in UTF-16 code units. The value itself is not kept. */
export interface Finding {
  /** Upper-case entity type, e.g. EMAIL, PHONE, CREDIT_CARD. */
  type: string;
  start: number;
  end: number;
  /** 0 … 1 */
  score: number;
  /** Name of the recognizer. */
  recognizer: string;
}

export interface Pattern {
  /** Global regular expression (`g`, usually `u`); must run in linear time. Group `value`, if named, is the span. */
  regex: RegExp;
  /** Score of a bare match, before checksum and context, 0 … 1. */
  score: number;
}

/**
 * A piece of text that stands in a match: any case, a digit stands for any digit. 1 or at least 3 characters.
 * `starts`: no letter or digit before it; `ends`: no letter behind it.
 */
export type Anchor = string | { text: string; starts?: boolean; ends?: boolean };

/** What one pass over a text found; valid until the next text is read. */
export interface TextIndex {
  readonly text: string;
  /** The text's code units; two zeros behind them. */
  readonly units: Uint16Array;
  readonly length: number;
  /** All code units, or-ed: at least as large as the largest. */
  readonly unitsOr: number;
  /** Runs of ASCII digits: `runStarts[i]` … `runEnds[i]`. */
  readonly runs: number;
  readonly runStarts: Int32Array;
  readonly runEnds: Int32Array;
  /** Runs of ASCII letters and digits that have a digit in them. */
  readonly groups: number;
  readonly groupStarts: Int32Array;
  readonly groupEnds: Int32Array;
}

export type FoundSpan = [start: number, end: number, score: number];

export interface Recognizer {
  /** kebab-case, the file's name. */
  name: string;
  type: string;
  patterns: Pattern[];
  /**
   * Hand-written linear scanner beside the patterns.
   * @param index the text as it was read
   * @param hits where its anchors stand, ascending
   */
  find?(text: string, index: TextIndex, hits: readonly number[]): FoundSpan[];
  /** Layouts of ids with the score of a bare match; see define-id.ts. */
  layouts?: readonly (readonly [layout: string, score: number])[];
  /** Necessary condition: one of these stands in every text that has a match. */
  anchors?: readonly Anchor[];
  /**
   * Every match of the patterns begins at most so many characters before one of the anchors, and ends at most `tail` behind
   * that anchor's beginning: only there are they tried. Without it the whole text is read. 0: it begins with the anchor; then
   * no `tail` is needed.
   */
  lead?: number;
  tail?: number;
  /** Where alone matches of the patterns can begin, ascending; `hits` as for `find`. Must never miss. */
  places?(index: TextIndex, hits: readonly number[]): number[];
  /** Necessary condition: every match has so many ASCII digits, neighbours at most 3 other characters apart. */
  minDigits?: number;
  /** Cheap necessary condition on the whole text; a false skips all patterns. Must never miss. */
  mayContain?(text: string): boolean;
  /** Lower-case words that raise the score when they stand within 50 characters before or after. */
  context?: readonly string[];
  /** Checksum or plausibility: false drops the match, true raises it to 1, null leaves the pattern's score. */
  validate?(value: string): boolean | null;
  /** Its own test cases. `match`: text and the exact value(s) found in it. */
  examples: { match: [text: string, ...values: string[]][]; noMatch: string[] };
}

export const defineRecognizer = (recognizer: Recognizer): Recognizer => recognizer;
