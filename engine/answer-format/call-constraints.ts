// Constraints that several families share: calls as JSON, with arguments that validate.
import type { Constraint, JsonSchema } from '../constraint.ts';
import type { FunctionTool, ToolChoice } from './tool-call-family.ts';

export const literal = (text: string): Constraint => ({ kind: 'literal', text });
export const sequence = (...parts: Constraint[]): Constraint => ({ kind: 'sequence', parts });
/** A choice of one is that one. */
export const choice = (options: Constraint[]): Constraint =>
  options.length === 1 ? options[0]! : { kind: 'choice', options };

/** OpenAI: a function without `parameters` takes none. */
export const parametersOf = ({ parameters }: FunctionTool): JsonSchema =>
  (parameters as JsonSchema | null | undefined) ?? { type: 'object', additionalProperties: false };

export const argumentsOf = (tool: FunctionTool): Constraint => ({
  kind: 'json_schema',
  schema: parametersOf(tool),
});

/** The tools that a choice leaves. */
export const chosenTools = (
  tools: readonly FunctionTool[],
  toolChoice: ToolChoice,
): readonly FunctionTool[] =>
  typeof toolChoice === 'object' ? tools.filter(({ name }) => name === toolChoice.name) : tools;

/** One call of one of the tools: {"name": "f", "arguments": {...}}. */
export const jsonCall = (tools: readonly FunctionTool[], argumentsKey = 'arguments'): Constraint =>
  choice(
    tools.map((tool) =>
      sequence(
        literal(`{"name": ${JSON.stringify(tool.name)}, "${argumentsKey}": `),
        argumentsOf(tool),
        literal('}'),
      ),
    ),
  );

const hasReference = (schema: JsonSchema): boolean => JSON.stringify(schema).includes('"$ref"');

/**
 * A list of calls, one or (`parallel`) more. Schemas with `$ref` point into themselves and cannot be put into another:
 * with those the list has one call.
 */
export function jsonCallList(tools: readonly FunctionTool[], parallel: boolean): Constraint {
  if (!parallel || tools.some((tool) => hasReference(parametersOf(tool)))) {
    return sequence(literal('['), jsonCall(tools), literal(']'));
  }
  const anyOf = tools.map((tool) => ({
    type: 'object',
    properties: { name: { const: tool.name }, arguments: parametersOf(tool) },
    required: ['name', 'arguments'],
    additionalProperties: false,
  }));
  return { kind: 'json_schema', schema: { type: 'array', items: { anyOf }, minItems: 1 } };
}

/** Free text with calls in it, or nothing but calls where one must be made. */
export const taggedCalls = (
  tag: { begin: string; content: Constraint; end: string },
  toolChoice: ToolChoice,
  parallel: boolean,
): Constraint => ({
  kind: 'tagged',
  tags: [tag],
  required: toolChoice !== 'auto',
  parallel: parallel && typeof toolChoice !== 'object',
});

/** The properties of a function's arguments in their order, for families that write them one by one. */
export function propertiesOf(tool: FunctionTool): { name: string; schema: JsonSchema; required: boolean }[] {
  const schema = parametersOf(tool);
  if (typeof schema === 'boolean') return [];
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  return Object.entries(properties).map(([name, each]) => ({
    name,
    schema: withDefinitions(each, schema),
    required: required.has(name),
  }));
}

/** A property's schema that still finds what it refers to. */
function withDefinitions(property: JsonSchema, root: { [keyword: string]: unknown }): JsonSchema {
  if (typeof property === 'boolean' || !hasReference(property)) return property;
  const { $defs, definitions } = root;
  return { ...property, ...($defs ? { $defs } : {}), ...(definitions ? { definitions } : {}) };
}

/** The property may only be a string. */
export const isText = (schema: JsonSchema | undefined): boolean =>
  typeof schema === 'object' && schema['type'] === 'string';
