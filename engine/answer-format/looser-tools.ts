// Tools whose parameters no grammar can hold to their schema: what is asked of a call to one of them.
import type { JsonSchema } from '../constraint.ts';
import type { Tools } from './tool-call-family.ts';

/**
 * The tools with `{"type": "object"}` in place of each schema that cannot be enforced; null where a strict tool is among
 * those, or none is.
 */
export function looserTools(tools: Tools, isEnforced: (schema: JsonSchema) => boolean): Tools | null {
  const loose = [...tools.values()].filter(
    ({ parameters }) => parameters && !isEnforced(parameters as JsonSchema),
  );
  if (loose.length === 0 || loose.some(({ strict }) => strict === true)) return null;
  return new Map(
    [...tools].map(([name, tool]) => [
      name,
      loose.includes(tool) ? { ...tool, parameters: { type: 'object' } } : tool,
    ]),
  );
}
