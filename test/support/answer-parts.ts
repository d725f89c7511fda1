// An answer's parts as the client sees them in the end, for any cutting of its text.
import type { AnswerParser } from '../../engine/answer-format/answer-format.ts';
import type { AnswerPart } from '../../engine/answer-format/answer-reader.ts';

export interface ReadAnswer {
  reasoning: string;
  content: string;
  /** Name and arguments. */
  calls: [string, string][];
}

export function collected(parts: readonly AnswerPart[]): ReadAnswer {
  const answer: ReadAnswer = { reasoning: '', content: '', calls: [] };
  for (const part of parts) {
    if (part.type === 'call') answer.calls.push([part.name, '']);
    else if (part.type === 'arguments') answer.calls.at(-1)![1] += part.text;
    else answer[part.type] += part.text;
  }
  return answer;
}

/** Neighbours of one type as one part. */
export function merged(parts: readonly AnswerPart[]): AnswerPart[] {
  const out: AnswerPart[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (last && last.type === part.type && 'text' in last && 'text' in part) last.text += part.text;
    else out.push({ ...part });
  }
  return out;
}

export const partsOf = (parser: AnswerParser, pieces: readonly string[]): AnswerPart[] => [
  ...pieces.flatMap((piece) => parser.push(piece)),
  ...parser.end(),
];

export const cut = (text: string, places: readonly number[]): string[] => {
  const ends = [0, ...new Set(places.map((place) => place % (text.length + 1))), text.length].sort(
    (a, b) => a - b,
  );
  return ends.slice(1).map((end, index) => text.slice(ends[index], end));
};
