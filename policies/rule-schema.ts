// The shape of a policy file. Key names are what users write; docs/adding-a-policy.md explains each.
import { z } from 'zod';
import { CASCADE_MODES } from '../contract/draft.ts';
import { SENSITIVITIES } from '../contract/policy.ts';

const tierLevel = z.union([z.literal(1), z.literal(2), z.literal(3)]);
const zone = z.enum(['device', 'private', 'external']);
const targetPattern = z.string().min(1).describe('a target id, or a prefix followed by *, e.g. inhouse/*');

export const effectsSchema = z.strictObject({
  deny_tiers: z.array(tierLevel).min(1).optional(),
  allow_tiers: z
    .array(tierLevel)
    .min(1)
    .optional()
    .describe('only these tiers; several rules: their intersection'),
  deny_zones: z.array(zone).min(1).optional(),
  deny_targets: z.array(targetPattern).min(1).optional(),
  allow_targets: z
    .array(targetPattern)
    .min(1)
    .optional()
    .describe('only these targets; several rules: their intersection'),
  require_redaction: z
    .array(zone)
    .min(1)
    .optional()
    .describe('found values are replaced before a request enters these zones'),
  pin_target: z.string().min(1).optional().describe('tried first'),
  start_tier: tierLevel
    .optional()
    .describe('tried from here upwards, lower tiers last; the last matching rule holds'),
  cascade: z
    .enum(['off', ...CASCADE_MODES])
    .optional()
    .describe("how Level 1's answer is judged before it stands; off holds against every other wish"),
  max_cost_usd: z.number().min(0).optional().describe("upper bound of one request's estimated cost"),
  set_sensitivity: z.enum(SENSITIVITIES).optional().describe('raises the label, never lowers it'),
  block: z
    .strictObject({ reason: z.string().min(1) })
    .optional()
    .describe('refuses the request with this reason'),
});
export type Effects = z.infer<typeof effectsSchema>;

const ruleSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'write lower-case letters, digits and hyphens'),
  when: z
    .union([z.boolean(), z.string().min(1)])
    .default(true)
    .describe('a CEL expression over the request, or true'),
  reason: z.string().min(1).optional().describe('a human sentence: why'),
  effects: effectsSchema.refine((effects) => Object.keys(effects).length > 0, {
    error: 'an effect is missing; write at least one',
    // A misspelt effect is one problem, not also a missing one.
    when: ({ issues }) => issues.length === 0,
  }),
});

export const ruleSetSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'write lower-case letters, digits and hyphens')
    .optional(),
  description: z.string().optional(),
  rules: z.array(ruleSchema).min(1),
});
export type RuleSet = z.infer<typeof ruleSetSchema>;
