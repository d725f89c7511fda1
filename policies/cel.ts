// Conditions of policy rules: CEL expressions over the request's facts, type-checked once when a policy is loaded.
// Source: github.com/google/cel-spec; why this implementation: docs/decisions/2026-11-23-cel.md.
import { Environment } from '@marcbachmann/cel-js';
import type { RequestFacts } from '../contract/policy.ts';
import { SENSITIVITIES } from '../contract/policy.ts';

/** A compiled condition. `error` is set when the expression failed on these facts (e.g. a map without that key). */
export type Condition = (facts: RequestFacts) => { matched: boolean; error: string | null };

const environment = new Environment({
  limits: { maxAstNodes: 2000, maxDepth: 60, maxListElements: 500, maxMapEntries: 100, maxCallArguments: 16 },
})
  .registerVariable('findings', 'map<string, int>', {
    description: 'number of findings by type, e.g. {"EMAIL": 2}',
  })
  .registerVariable('sensitivity', 'string', { description: 'public, internal, confidential or restricted' })
  .registerVariable('declared_sensitivity', 'string', {
    description: "what the caller's key and the header x-tiergate-sensitivity say alone",
  })
  .registerVariable('topics', 'list<string>', {
    description: 'health, legal, finance, hr, source_code; e.g. "health" in topics',
  })
  .registerVariable('task', 'string', { description: 'summarise, code, chat ...' })
  .registerVariable('difficulty', 'double', { description: '0 easy ... 1 hard' })
  .registerVariable('gap_1_2', 'double', { description: 'chance that Level 2 is needed' })
  .registerVariable('gap_2_3', 'double', { description: 'chance that Level 3 is needed beyond Level 2' })
  .registerVariable('prompt_tokens', 'int', { description: 'estimated' })
  .registerVariable('max_output_tokens', 'int', { description: '-1 where the client gave none' })
  .registerVariable('message_count', 'int')
  .registerVariable('caller', 'string', { description: "name of the API key's owner" })
  .registerVariable('surface', 'string')
  .registerVariable('model', 'string', { description: 'as the client wrote it' })
  .registerVariable('stream', 'bool')
  .registerVariable('language', 'string', { description: 'ISO 639-1, or empty' })
  .registerVariable('headers', 'map<string, string>', {
    description: 'lower-case names, without credentials',
  })
  .registerVariable('needs', 'map<string, bool>', {
    description: 'tools, json_mode, json_schema, vision, audio, logprobs, multiple_choices',
  })
  .registerVariable('hour', 'int', { description: 'local time, 0 ... 23' })
  .registerVariable('weekday', 'int', { description: '0 Sunday ... 6 Saturday' })
  .registerVariable('time', 'string', { description: 'local time of arrival, ISO 8601' })
  .registerFunction('rank(string): int', (label: string) => BigInt(SENSITIVITIES.indexOf(label as never)))
  .registerFunction(
    'map.count(string): int',
    (counts: Record<string, bigint>, type: string) => counts[type] ?? 0n,
  )
  .registerFunction(
    'map.value(string): string',
    (texts: Record<string, string>, name: string) => texts[name] ?? '',
  );

const mapped = <A, B>(record: Record<string, A>, convert: (value: A) => B): Record<string, B> => {
  // Without a prototype, so that `headers.constructor` is a missing key and not a function.
  const result = Object.create(null) as Record<string, B>;
  for (const key in record) if (Object.hasOwn(record, key)) result[key] = convert(record[key]!);
  return result;
};

/** CEL's view of the facts: CEL integers are 64 bit, so counts become bigint, and only when an expression reads them. */
class Activation {
  readonly facts: RequestFacts;
  #findings: Record<string, bigint> | undefined;
  #headers: Record<string, string> | undefined;

  constructor(facts: RequestFacts) {
    this.facts = facts;
  }
  get findings(): Record<string, bigint> {
    this.#findings ??= mapped(this.facts.findings, BigInt);
    return this.#findings;
  }
  get headers(): Record<string, string> {
    this.#headers ??= mapped(this.facts.headers, String);
    return this.#headers;
  }
  get needs(): Record<string, boolean> {
    const { tools, jsonMode, jsonSchema, vision, audio, logprobs, multipleChoices } = this.facts.needs;
    return {
      tools,
      vision,
      audio,
      logprobs,
      json_mode: jsonMode,
      json_schema: jsonSchema,
      multiple_choices: multipleChoices,
    };
  }
  get sensitivity(): string {
    return this.facts.sensitivity;
  }
  get declared_sensitivity(): string {
    return this.facts.declaredSensitivity;
  }
  get topics(): readonly string[] {
    return this.facts.topics;
  }
  get task(): string {
    return this.facts.task;
  }
  get difficulty(): number {
    return this.facts.difficulty;
  }
  get gap_1_2(): number {
    return this.facts.gap['1|2'];
  }
  get gap_2_3(): number {
    return this.facts.gap['2|3'];
  }
  get prompt_tokens(): bigint {
    return BigInt(Math.ceil(this.facts.promptTokens));
  }
  get max_output_tokens(): bigint {
    return BigInt(this.facts.maxOutputTokens ?? -1);
  }
  get message_count(): bigint {
    return BigInt(this.facts.messageCount);
  }
  get caller(): string {
    return this.facts.caller;
  }
  get surface(): string {
    return this.facts.surface;
  }
  get model(): string {
    return this.facts.model;
  }
  get stream(): boolean {
    return this.facts.stream;
  }
  get language(): string {
    return this.facts.language ?? '';
  }
  get hour(): bigint {
    return BigInt(this.facts.time.hour);
  }
  get weekday(): bigint {
    return BigInt(this.facts.time.weekday);
  }
  get time(): string {
    return this.facts.time.iso;
  }
}

// All rules of a request look at the same facts: the view is made once, not once per rule.
let latest: Activation | null = null;

const activationOf = (facts: RequestFacts): Activation => {
  if (latest?.facts !== facts) latest = new Activation(facts);
  return latest;
};

/** Why an expression was refused; `offset` is where in the expression, in UTF-16 code units. */
export interface ConditionError {
  message: string;
  offset: number;
}

const refusal = (error: unknown): ConditionError => {
  const { message, range } = error as { message: string; range?: { start?: number } };
  return { message: String(message).split('\n')[0]!, offset: range?.start ?? 0 };
};

const VARIABLES: readonly string[] = Object.entries(Object.getOwnPropertyDescriptors(Activation.prototype))
  .filter(([, { get }]) => get !== undefined)
  .map(([name]) => name);

/**
 * What tells the values of a variable apart, for those that take few: most requests of a gateway look alike to a condition.
 * Sizes, the prompt's scores, headers and what the client wrote have no key.
 */
const KEYS: Readonly<Record<string, (facts: RequestFacts) => string>> = {
  findings: ({ findings }) => {
    let key = '';
    for (const type in findings) key += `${type}:${findings[type]},`;
    return key;
  },
  sensitivity: ({ sensitivity }) => sensitivity,
  declared_sensitivity: ({ declaredSensitivity }) => declaredSensitivity,
  topics: ({ topics }) => topics.join(),
  task: ({ task }) => task,
  caller: ({ caller }) => caller,
  surface: ({ surface }) => surface,
  stream: ({ stream }) => `${stream}`,
  language: ({ language }) => language ?? '',
  hour: ({ time }) => `${time.hour}`,
  weekday: ({ time }) => `${time.weekday}`,
};
const MAX_REMEMBERED = 256;

/** Conditions are pure: what one gave for these values of the variables that it names is what it gives. */
function remembered(expression: string, condition: Condition): Condition {
  const named = VARIABLES.filter((name) => new RegExp(`\\b${name}\\b`).test(expression));
  const keys = named.map((name) => KEYS[name]);
  if (!keys.every((key) => key !== undefined)) return condition;
  let results = new Map<string, ReturnType<Condition>>();
  return (facts) => {
    let key = keys.length === 0 ? '' : keys[0]!(facts);
    // A caller's name alone could hold a line end, so no two lists of values have one key.
    for (let i = 1; i < keys.length; i += 1) key += `\n${keys[i]!(facts)}`;
    const known = results.get(key);
    if (known !== undefined) return known;
    if (results.size >= MAX_REMEMBERED) results = new Map();
    const result = condition(facts);
    results.set(key, result);
    return result;
  };
}

/** Compiles an expression of type bool, or says why it cannot be one. Never throws. */
export function compileCondition(expression: string): { condition: Condition } | { error: ConditionError } {
  try {
    const program = environment.parse(expression);
    const check = program.check();
    if (!check.valid) {
      const { message, offset } = refusal(check.error);
      const known = message.startsWith('Unknown variable') ? `; known: ${VARIABLES.join(', ')}` : '';
      return { error: { message: message + known, offset } };
    }
    if (String(check.type) !== 'bool') {
      return {
        error: {
          message: `gives ${String(check.type)}, but a condition must give bool (true or false)`,
          offset: 0,
        },
      };
    }
    const condition: Condition = (facts) => {
      try {
        const result: unknown = program(activationOf(facts));
        return typeof result === 'boolean'
          ? { matched: result, error: null }
          : { matched: false, error: 'the condition did not give true or false' };
      } catch (error) {
        return { matched: false, error: refusal(error).message };
      }
    };
    return { condition: remembered(expression, condition) };
  } catch (error) {
    return { error: refusal(error) };
  }
}
