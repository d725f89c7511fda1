// A training text: what stands where, in UTF-16 code units, sorted, never overlapping.
import type { TaggedType } from '../tagger/labels.ts';

export interface LabelledSpan {
  start: number;
  end: number;
  type: TaggedType;
}

export interface LabelledText {
  text: string;
  spans: LabelledSpan[];
}
