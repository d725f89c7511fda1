// Is an answer in the form that the request asks for: JSON, a schema, calls of tools that exist with arguments that fit?
import { z } from 'zod';
import type { ChatRequest } from '../../contract/chat.ts';
import type { Draft } from '../../contract/draft.ts';

function parsed(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

/** Where a value breaks a schema, as a path; null where it fits, or where the schema is beyond the checker. */
function misfit(schema: unknown, value: unknown): string | null {
  if (typeof schema !== 'object' || schema === null) return null;
  try {
    const result = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value);
    return result.success ? null : `/${(result.error.issues[0]?.path ?? []).join('/')}`;
  } catch {
    return null;
  }
}

function badCall({ tools }: ChatRequest, call: Draft['toolCalls'][number]): string | null {
  const tool = tools?.find(({ function: called }) => called?.name === call.name)?.function;
  if (tool === undefined) return 'it calls a tool that the request does not have';
  const given = parsed(call.arguments === '' ? '{}' : call.arguments);
  if (given === null) return `its arguments for ${tool.name} are not JSON`;
  const at = misfit(tool.parameters, given.value);
  return at === null ? null : `its arguments for ${tool.name} break the tool's schema at ${at}`;
}

/** What is wrong with a whole draft's form; null: nothing. Its values are not repeated. */
export function formProblem(request: ChatRequest, draft: Draft): string | null {
  for (const call of draft.toolCalls) {
    const problem = badCall(request, call);
    if (problem !== null) return problem;
  }
  if (draft.toolCalls.length > 0) return null;
  const mustCall = request.tool_choice === 'required' || typeof request.tool_choice === 'object';
  if (mustCall && request.tool_choice !== null && (request.tools?.length ?? 0) > 0)
    return 'it calls no tool although one is required';
  const format = request.response_format;
  if (format?.type !== 'json_object' && format?.type !== 'json_schema') return null;
  const answer = parsed(draft.text);
  if (answer === null) return 'it is not JSON';
  if (format.type === 'json_object')
    return typeof answer.value === 'object' && answer.value !== null ? null : 'it is not a JSON object';
  const at = misfit(format.json_schema?.['schema'], answer.value);
  return at === null ? null : `it breaks the schema at ${at}`;
}
