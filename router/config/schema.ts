// The config file's shape and defaults; both live here only. Keys keep their names of the file inside the program.
// docs/configuration.md explains each.
import { z } from 'zod';
import { CASCADE_MODES } from '../../contract/draft.ts';
import { SENSITIVITIES, type Sensitivity, TASKS, TOPICS, type Topic } from '../../contract/policy.ts';
import { SURFACES } from '../../contract/tier.ts';
import { OPERATING_POINTS } from '../../policies/privacy/names.ts';
import { DEFAULT_REACH } from '../../policies/privacy/reach.ts';
import { OPERATORS } from '../../policies/privacy/redact.ts';
import { TYPES } from '../../policies/privacy/tagger/labels.ts';
import { REACHES } from '../../policies/privacy/vault.ts';
import { DEFAULT_ROUTING } from '../../policies/routing-policy.ts';
import { ruleSetSchema } from '../../policies/rule-schema.ts';

const ms = (fallback: number) => z.int().min(1).max(86_400_000).default(fallback);
const usd = z.number().min(0).max(1_000_000);
function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'gu') !== null;
  } catch {
    return false;
  }
}

const fraction = z.number().min(0).max(1);

const capabilities = z.strictObject({
  tools: z.boolean().optional(),
  json_mode: z.boolean().optional(),
  json_schema: z.boolean().optional(),
  vision: z.boolean().optional(),
  audio: z.boolean().optional(),
  logprobs: z.boolean().optional(),
  multiple_choices: z.boolean().optional(),
});

const price = z.strictObject({
  input_usd_per_mtok: usd,
  output_usd_per_mtok: usd,
  cached_input_usd_per_mtok: usd.optional(),
});

const timeouts = z.strictObject({
  connect: ms(5_000),
  first_byte: ms(60_000),
  idle: ms(60_000).describe('between two chunks of a stream'),
  total: ms(300_000),
});

const target = z.strictObject({
  id: z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9][\w.-]*\/[\w.:@/-]+$/, 'write provider/model, e.g. inhouse/llama-3.3-70b'),
  model_file: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Level 1: a GGUF file, relative to this file, or a model of the store such as hf:ORG/REPO:Q4_K_M',
    ),
  context: z
    .int()
    .min(256)
    .optional()
    .describe('Level 1: tokens of context; the model decides where it is absent'),
  threads: z.int().min(1).max(1024).optional().describe('Level 1: CPU threads'),
  draft_model: z
    .string()
    .min(1)
    .optional()
    .describe('Level 1: a smaller GGUF file with the same vocabulary that guesses tokens ahead'),
  kv_save: z
    .string()
    .min(1)
    .optional()
    .describe('Level 1: file or folder that keeps cached prompts for the next start, relative to this file'),
  kv_type: z
    .enum(['f16', 'q8_0', 'f32'])
    .optional()
    .describe('Level 1: how K and V are kept; q8_0 takes half of f16, f32 twice'),
  provider: z.string().min(1).optional().describe('the protocol, default openai'),
  base_url: z.string().min(1).optional(),
  api_key: z.string().min(1).optional(),
  model: z
    .string()
    .min(1)
    .optional()
    .describe("the upstream's name for it; default: the id after the first slash"),
  context_window: z.int().min(256).optional().describe('tokens, prompt and answer together'),
  headers: z.record(z.string(), z.string()).optional(),
  capabilities: capabilities.optional(),
  surfaces: z
    .array(z.enum(SURFACES))
    .min(1)
    .optional()
    .describe('what can be asked of it; default: chat, and all of them at Level 1'),
  price: price.optional(),
  timeout_ms: timeouts.prefault({}),
  retries: z.int().min(0).max(10).default(2),
  max_concurrency: z.int().min(1).max(100_000).default(64),
});
export type TargetConfig = z.infer<typeof target>;

/** What is about people's health, money or work is not for everybody, whether or not it names somebody. */
const topicLabels = Object.fromEntries(
  TOPICS.map((topic) => [topic, z.enum(SENSITIVITIES).default('internal')]),
) as Record<Topic, z.ZodDefault<z.ZodEnum<{ [label in Sensitivity]: label }>>>;

const policies = z.array(z.union([z.string().min(1), ruleSetSchema]));

const goals = z.strictObject({
  quality: fraction.optional().describe('least chance that no higher tier would have done better'),
  max_cost_usd: usd.optional().describe('of one request'),
  max_latency_ms: z.int().min(1).optional().describe('of a whole answer'),
});

const knownQuality = z.strictObject({
  accuracy: z
    .strictObject({
      level1: fraction.optional(),
      level2: fraction.optional(),
      level3: fraction.optional(),
    })
    .optional()
    .describe('share of requests that each level gets right'),
  gap: z
    .strictObject({ level2: fraction.optional(), level3: fraction.optional() })
    .optional()
    .describe('share that the level gets right and the one below does not; goes before accuracy'),
});

const tier = (zone: 'device' | 'private' | 'external') =>
  z.strictObject({
    zone: z.enum(['device', 'private', 'external']).default(zone),
    targets: z.array(target).default([]),
  });

export const configSchema = z.strictObject({
  server: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(7411).describe('0: any free port'),
      max_body_bytes: z
        .int()
        .min(1024)
        .max(1_073_741_824)
        .default(20 * 1024 * 1024),
      request_timeout_ms: ms(600_000),
      shutdown_grace_ms: ms(10_000),
      workers: z
        .union([z.literal('auto'), z.int().min(1).max(256)])
        .default(1)
        .describe('processes that answer requests; auto: one per usable core, at most 4'),
    })
    .prefault({}),
  auth: z
    .strictObject({
      keys: z
        .array(
          z.strictObject({
            name: z.string().min(1),
            key: z.string().min(8),
            sensitivity: z
              .enum(SENSITIVITIES)
              .default('public')
              .describe("the least label of this key's requests"),
            goals: goals.optional().describe("for this key's requests, over routing.goals"),
          }),
        )
        .default([]),
      allow_anonymous: z.boolean().default(false),
    })
    .prefault({}),
  tiers: z
    .strictObject({
      1: tier('device').optional(),
      2: tier('private').optional(),
      3: tier('external').optional(),
    })
    .prefault({ 1: {} }),
  routing: z
    .strictObject({
      thresholds: z
        .strictObject({
          level2: fraction.default(DEFAULT_ROUTING.level2),
          level3: fraction.default(DEFAULT_ROUTING.level3),
        })
        .prefault({}),
      context_safety: z.number().min(1).max(4).default(DEFAULT_ROUTING.contextSafety),
      cascade: z
        .strictObject({
          mode: z
            .enum(['off', ...CASCADE_MODES])
            .default(DEFAULT_ROUTING.cascade)
            .describe(
              "Level 1's answer is judged before it stands: hold, whole; early, streams by their first tokens",
            ),
          early_tokens: z.int().min(1).max(1024).default(24),
          min_acceptance: fraction
            .default(0.5)
            .describe('least chance that a draft is as good as the answer above; calibrate certifies one'),
          break_off: fraction
            .default(0)
            .describe('hold: a stream whose first tokens have less acceptance is broken off'),
          draft_cost: fraction
            .default(0.05)
            .describe('of a call above, for `calibrate`: what time and power of a draft count'),
          samples: z
            .int()
            .min(0)
            .max(8)
            .default(0)
            .describe('times that a whole draft is asked for again, at random, to be compared with it'),
          min_agreement: fraction.default(0.5).describe('of a draft with its samples'),
          skip_gap: fraction
            .default(DEFAULT_ROUTING.skipGap)
            .describe('gap 1|2 from which Level 1 is not even tried'),
        })
        .prefault({}),
      known: knownQuality
        .extend({
          tasks: z.partialRecord(z.enum(TASKS), knownQuality).optional().describe('where it differs by task'),
        })
        .prefault({})
        .describe("what is known of the levels' quality on this traffic; moves the gaps to it"),
      goals: goals.prefault({}),
      shadow: z
        .strictObject({
          share: fraction
            .default(0)
            .describe('of captured requests, answered again on the lowest and the highest level and judged'),
          budget_usd_per_day: usd.default(1),
          judge: z.string().min(1).optional().describe('target that is asked which answer is better'),
          embedder: z.string().min(1).optional().describe('local target whose embeddings are compared'),
          min_similarity: fraction.default(0.9),
        })
        .prefault({}),
      calibration: z
        .string()
        .min(1)
        .optional()
        .describe(
          'what `tiergate calibrate --apply` wrote; default: tiergate.calibration.json beside this file',
        ),
    })
    .prefault({}),
  policies: policies.default(['default']),
  trial: z
    .strictObject({
      share: fraction.describe('of callers, the same ones every time'),
      policies: policies.describe('in place of the policies above'),
    })
    .optional(),
  privacy: z
    .strictObject({
      enabled: z.boolean().default(true),
      min_score: fraction.optional(),
      min_scores: z.record(z.string(), fraction).default({}).describe('by type, instead of min_score'),
      types_off: z.array(z.string().min(1)).default(['AGE', 'DATE_TIME', 'URL']),
      always: z.array(z.string().min(2)).default([]),
      never: z.array(z.string().min(1)).default([]),
      recognizers: z
        .array(
          z.strictObject({
            type: z.string().regex(/^[A-Z][A-Z_]*$/, 'upper-case letters and _, e.g. PROJECT_CODE'),
            pattern: z.string().min(1).refine(isPattern, 'no JavaScript regular expression'),
            score: fraction.default(0.8),
            context: z.array(z.string().min(1)).default([]),
          }),
        )
        .default([]),
      names: z.array(z.enum(TYPES)).default(['PERSON', 'ADDRESS']),
      operating_point: z.enum(OPERATING_POINTS).default('balanced'),
      sensitivity: z.record(z.string(), z.enum(SENSITIVITIES)).default({}),
      topics: z.strictObject(topicLabels).prefault({}).describe('the label of a request that is about this'),
      operators: z
        .record(
          z.string(),
          z.union([
            z.enum(OPERATORS),
            z.strictObject({
              1: z.enum(OPERATORS).optional(),
              2: z.enum(OPERATORS).optional(),
              3: z.enum(OPERATORS).optional(),
            }),
          ]),
        )
        .default({})
        .describe('by type, or `default`: an operator, or one per tier'),
      key: z.string().min(16).optional().describe('secret of the operators hash and encrypt'),
      restore: z
        .strictObject({
          secrets: z.enum(REACHES).default(DEFAULT_REACH.secrets),
          system: z.enum(REACHES).default(DEFAULT_REACH.system),
          system_secrets: z.enum(REACHES).default(DEFAULT_REACH.systemSecrets),
        })
        .prefault({}),
      system_note: z.boolean().default(true),
    })
    .prefault({}),
  ledger: z
    .strictObject({
      path: z.string().min(1).default('tiergate.db'),
      reference_target: z.string().min(1).optional().describe('savings are counted against this target'),
      capture: z
        .strictObject({
          share: fraction.default(0).describe('of their chat requests'),
          callers: z
            .array(z.string().min(1))
            .default([])
            .describe('who consented; their requests are kept, redacted, for `tiergate calibrate`'),
        })
        .prefault({}),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    })
    .prefault({}),
});

export type Config = z.infer<typeof configSchema>;

/** JSON Schema (draft 2020-12) of the file as it is written: for editors, and for `tiergate config schema`. */
export const configJsonSchema = (): z.core.JSONSchema.BaseSchema => ({
  ...z.toJSONSchema(configSchema, { io: 'input' }),
  title: 'tiergate.yaml',
});
