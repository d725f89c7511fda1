// How one family of models writes tool calls: what a file of engine/tool-calls/ says.
import type { ToolCall, ToolDefinition } from '../../contract/chat.ts';
import type { Constraint } from '../constraint.ts';
import type { AnswerReader, Reading } from './answer-reader.ts';

/** A function that the model may call. */
export type FunctionTool = NonNullable<ToolDefinition['function']>;

/** `name`: this one and no other. */
export type ToolChoice = 'auto' | 'required' | { name: string };

/** By name. */
export type Tools = ReadonlyMap<string, FunctionTool>;

export interface ToolCallFamily {
  /** A chat template's text asks for calls in this form. At most one family says so of any template. */
  detect(template: string): boolean;
  /** Control tokens that mark calls: they are read as text. */
  markers: readonly string[];
  /** What an answer (after its reasoning) must spell so that its calls are well-formed and their arguments valid. */
  constraint(tools: readonly FunctionTool[], choice: ToolChoice, parallel: boolean): Constraint;
  /** Reads an answer after its reasoning to its end. Text that is no call of a known tool is content, all of it. */
  read(reader: AnswerReader, tools: Tools): Reading;
  /** It writes its reasoning into the same structure: `read` tells that too, and is used without tools as well. */
  readsReasoning?: boolean;
  /** With it: the whole answer whose text must spell `text`. */
  answer?(text: Constraint): Constraint;
  /** Calls as the model writes them, for templates that do not render them; left out: as <tool_call> JSON. */
  write?(calls: readonly ToolCall[]): string;
}

export const defineToolCallFamily = (family: ToolCallFamily): ToolCallFamily => family;
