// What the tokens of an answer must spell. Compiled by the native engine to an automaton over token ids.

/** A JSON Schema: an object or a boolean. */
export type JsonSchema = boolean | { [keyword: string]: unknown };

/** Begin text, constrained content, end text: a tool call as one model family writes it. */
export interface ConstraintTag {
  begin: string;
  content: Constraint;
  end: string;
}

export type Constraint =
  | { kind: 'json' }
  | { kind: 'json_schema'; schema: JsonSchema }
  | { kind: 'gbnf'; grammar: string }
  | { kind: 'regex'; pattern: string }
  | { kind: 'literal'; text: string }
  | { kind: 'sequence'; parts: Constraint[] }
  | { kind: 'choice'; options: Constraint[] }
  /** Free text in which each occurrence of a tag's `begin` must go on as the tag says. `required`: at least one tag, no
   *  text before it. `parallel`: more than one tag is allowed. */
  | { kind: 'tagged'; tags: ConstraintTag[]; required: boolean; parallel: boolean };
