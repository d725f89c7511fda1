// What a model's answers look like, as its chat template shows, and one answer's text taken apart by that.
import { registry } from '../tool-calls/_registry.gen.ts';
import { type AnswerPart, AnswerReader, type Reading } from './answer-reader.ts';
import {
  opensReasoning,
  type ReasoningFormat,
  readReasoning,
  reasoningFormatOf,
  reasoningMarkers,
} from './reasoning.ts';
import type { FunctionTool, ToolCallFamily, Tools } from './tool-call-family.ts';

export interface AnswerFormat {
  /** Null: no thoughts, or the family reads them. */
  reasoning: ReasoningFormat | null;
  family: ToolCallFamily;
  /** The template knows no tools, or in no form that we read: tools are described in the system text. */
  isGeneric: boolean;
}

/** The form that the system text asks for where the template has none. */
const GENERIC = registry.hermes;

/** Every family that says a template is its own: one or none. */
export const familiesOf = (template: string): ToolCallFamily[] =>
  Object.values(registry).filter((family) => family.detect(template));

/** `rendersTools`: the template puts tools into the prompt. */
export function answerFormatOf(template: string, rendersTools: boolean): AnswerFormat {
  const family = familiesOf(template)[0];
  const isGeneric = family === undefined || (!rendersTools && !family.readsReasoning);
  const used = isGeneric ? GENERIC : family;
  return { reasoning: used.readsReasoning ? null : reasoningFormatOf(template), family: used, isGeneric };
}

export const thinks = ({ reasoning, family }: AnswerFormat): boolean =>
  reasoning !== null || family.readsReasoning === true;

/** One request's answers. */
export interface AnswerPlan {
  format: AnswerFormat;
  /** The prompt opened the thoughts. */
  opensReasoning: boolean;
  /** That may be called; null: calls are not looked for. */
  tools: Tools | null;
}

export function answerPlan(
  format: AnswerFormat,
  prompt: string,
  tools: readonly FunctionTool[] | null,
): AnswerPlan {
  return {
    format,
    opensReasoning: format.reasoning !== null && opensReasoning(prompt, format.reasoning),
    tools: tools && new Map(tools.map((tool) => [tool.name, tool])),
  };
}

/** Tokens to be read as text although they are control tokens. */
export const markersOf = ({ format, tools }: AnswerPlan): string[] => [
  ...(format.reasoning ? reasoningMarkers(format.reasoning) : []),
  ...(tools || format.family.readsReasoning ? format.family.markers : []),
];

/** An answer's text to its parts, while it comes. */
export interface AnswerParser {
  push(text: string): AnswerPart[];
  end(): AnswerPart[];
  /** Of what comes next, as far as it is known. */
  readonly isReasoning: boolean;
}

/** Whatever way the text is cut, the parts are the same (those next to each other of one type taken together). */
export function createAnswerParser(plan: AnswerPlan): AnswerParser {
  const reader = new AnswerReader();
  const reading = readAnswer(reader, plan);
  const step = () => {
    reading.next();
    return reader.takeParts();
  };
  reading.next();
  return {
    push(text) {
      reader.push(text);
      return step();
    },
    end() {
      reader.end();
      return step();
    },
    get isReasoning() {
      return reader.isReasoning;
    },
  };
}

const NO_TOOLS: Tools = new Map();

function* readAnswer(reader: AnswerReader, { format, opensReasoning: opened, tools }: AnswerPlan): Reading {
  const { reasoning, family } = format;
  if (family.readsReasoning) return yield* family.read(reader, tools ?? NO_TOOLS);
  const content = (text: string) => reader.tell('content', text);
  if (reasoning && (yield* readReasoning(reader, reasoning, opened)) && reasoning.answer) {
    const { open, close } = reasoning.answer;
    if ((yield* reader.accept(open)) !== null) yield* reader.until([close], content);
  }
  if (tools) yield* family.read(reader, tools);
  else yield* reader.until([], content);
}

/** For texts that have no parts. */
export const plainParser = (): AnswerParser => ({
  push: (text) => (text === '' ? [] : [{ type: 'content', text }]),
  end: () => [],
  isReasoning: false,
});
