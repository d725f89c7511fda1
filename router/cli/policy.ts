// `tiergate policy test FILE`: policies as tests. Each case is a request and what must be decided for it; calls no model.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import { displayPath } from '../../contract/built-file.ts';
import type { ChatRequest } from '../../contract/chat.ts';
import { GatewayError } from '../../contract/errors.ts';
import { SENSITIVITIES, TASKS } from '../../contract/policy.ts';
import { worstCaseMicrousd } from '../../policies/fold.ts';
import { loadConfig } from '../config/config.ts';
import { parseChatRequest } from '../wire/openai-chat.ts';
import { type Decided, decider, viewsOf } from './decider.ts';

const tier = z.union([z.literal(1), z.literal(2), z.literal(3)]);
const testCase = z
  .strictObject({
    name: z.string().min(1).optional(),
    prompt: z.string().optional(),
    request: z.record(z.string(), z.unknown()).optional(),
    caller: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    expect: z
      .strictObject({
        sensitivity: z.enum(SENSITIVITIES).optional(),
        task: z.enum(TASKS).optional(),
        tiers: z.array(tier).optional(),
        first: z.string().optional(),
        max_cost_usd: z.number().min(0).optional(),
        blocked: z.boolean().optional(),
        redacted: z.boolean().optional(),
      })
      .refine((expected) => Object.keys(expected).length > 0, 'expects nothing'),
  })
  .refine(
    ({ prompt, request }) => (prompt === undefined) !== (request === undefined),
    'write prompt or request',
  );
const testFile = z.strictObject({ cases: z.array(testCase).min(1) });
type TestCase = z.infer<typeof testCase>;

/** @throws {GatewayError} INVALID_REQUEST */
function readCases(file: string): TestCase[] {
  const refused = (why: string): GatewayError =>
    new GatewayError('INVALID_REQUEST', `${displayPath(file)}: ${why}`);
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw refused((error as Error).message.split('\n')[0]!);
  }
  const parsed = testFile.safeParse(value);
  if (parsed.success) return parsed.data.cases;
  const { path, message } = parsed.error.issues[0]!;
  throw refused(`${path.join('.') || 'the file'}: ${message}; see tiergate policy test --help`);
}

function requestOf({ prompt, request }: TestCase): ChatRequest {
  const messages = [{ role: 'user', content: prompt }];
  return parseChatRequest(JSON.stringify({ model: 'auto', ...(request ?? { messages }) }));
}

/** What is other than expected, a line each. */
function* differences({ expect }: TestCase, { facts, decision, targets }: Decided): Generator<string> {
  const differ = (what: string, wanted: unknown, found: unknown): string =>
    `${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(found)}`;
  const of = (id: string) => targets.find((target) => target.id === id)!;
  const [first] = decision.candidates;
  if (expect.sensitivity !== undefined && expect.sensitivity !== decision.sensitivity)
    yield differ('sensitivity', expect.sensitivity, decision.sensitivity);
  if (expect.task !== undefined && expect.task !== facts.task) yield differ('task', expect.task, facts.task);
  if (expect.blocked !== undefined && expect.blocked !== (decision.outcome === 'block'))
    yield differ('blocked', expect.blocked, decision.outcome === 'block');
  if (expect.first !== undefined && expect.first !== first?.target)
    yield differ('first', expect.first, first?.target ?? null);
  if (expect.redacted !== undefined && expect.redacted !== (first?.redact ?? false))
    yield differ('redacted', expect.redacted, first?.redact ?? false);
  if (expect.tiers !== undefined) {
    const found = [...new Set(decision.candidates.map(({ target }) => of(target).tier))].sort();
    const wanted = [...new Set(expect.tiers)].sort();
    if (wanted.join() !== found.join()) yield differ('tiers', wanted, found);
  }
  if (expect.max_cost_usd !== undefined && first !== undefined) {
    const microusd = worstCaseMicrousd(of(first.target), facts);
    if (microusd === null || microusd > expect.max_cost_usd * 1e6)
      yield differ('max_cost_usd', expect.max_cost_usd, microusd === null ? 'unknown' : microusd / 1e6);
  }
}

function runTests(file: string, options: { config?: string; json?: boolean }): void {
  const cases = readCases(file);
  const loaded = loadConfig({ path: options.config, env: process.env, cwd: process.cwd() });
  // Policies are on trial, not this machine: every target counts as there.
  const views = viewsOf(loaded).map((view) => ({ ...view, state: { available: true } }));
  const decideOn = decider(loaded, views);
  const results = cases.map((each, index) => {
    const decided = decideOn(requestOf(each), {
      ...(each.caller !== undefined && { caller: each.caller }),
      headers: each.headers ?? {},
    });
    const wrong = [...differences(each, decided)];
    return { name: each.name ?? `case ${index + 1}`, wrong, reason: decided.decision.reason };
  });
  const failed = results.filter(({ wrong }) => wrong.length > 0);
  if (options.json === true) console.log(JSON.stringify({ cases: results.length, failed }, null, 2));
  else {
    for (const { name, wrong, reason } of results) {
      console.log(`${wrong.length === 0 ? 'ok  ' : 'FAIL'}  ${name}`);
      for (const line of wrong) console.log(`      ${line}`);
      if (wrong.length > 0) console.log(`      decided: ${reason}`);
    }
    console.log(`${results.length - failed.length} of ${results.length} cases as expected`);
  }
  if (failed.length > 0) process.exitCode = 1;
}

export function policyCommand(): Command {
  const test = new Command('test')
    .description('Decide each case of a file and compare with what it expects. Calls no model.')
    .argument('<file>', 'YAML with a list of cases')
    .option('-c, --config <file>', 'config file (default: TIERGATE_CONFIG, else ./tiergate.yaml)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
A file:
  cases:
    - name: an IBAN stays at home
      prompt: "Pay to DE89 3704 0044 0532 0130 00"
      expect: { sensitivity: confidential, tiers: [1, 2, 3], redacted: false }
    - name: nightly job
      request: { messages: [{ role: user, content: "Summarise: ..." }], max_tokens: 200 }
      caller: reporting
      headers: { x-tiergate-quality: "0.9" }
      expect: { first: local/qwen3-8b, max_cost_usd: 0.001, task: summarise, blocked: false }

Exit codes: 0 all as expected, 1 some not, 2 bad input.`,
    )
    .action(runTests);
  return new Command('policy').description('policies as tests').addCommand(test);
}
