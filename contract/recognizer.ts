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

export interface Recognizer {
  /** kebab-case, the file's name. */
  name: string;
  type: string;
  patterns: Pattern[];
  /** Hand-written linear scanner beside the patterns: [start, end, score] of each match. */
  find?(text: string): [start: number, end: number, score: number][];
  /** Layouts of ids with the score of a bare match; see define-id.ts. */
  layouts?: readonly (readonly [layout: string, score: number])[];
  /**
   * Necessary condition: one of these stands in every text that has a match. 1 or at least 3 characters; any case; a
   * digit stands for any digit.
   */
  anchors?: readonly string[];
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
