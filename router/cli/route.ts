// `tiergate route PROMPT`: the decision for a prompt, with every reason. In process from the config; calls no model.
// With --jsonl one request a line in, one decision a line out.
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { z } from 'zod';
import type { ChatRequest } from '../../contract/chat.ts';
import { GatewayError } from '../../contract/errors.ts';
import type { Decision, RequestFacts } from '../../contract/policy.ts';
import { explainGap } from '../../policies/gap/gap.ts';
import { loadConfig } from '../config/config.ts';
import { askOf } from '../facts.ts';
import { parseChatRequest } from '../wire/openai-chat.ts';
import { type Decided, decider } from './decider.ts';

interface RouteOptions {
  config?: string;
  model: string;
  tier?: string;
  policy?: string;
  quality?: string;
  maxTokens?: string;
  json?: boolean;
  jsonl?: boolean;
}

function requestOf(prompt: string, options: RouteOptions): ChatRequest {
  const maxTokens = options.maxTokens === undefined ? null : Number(options.maxTokens);
  if (maxTokens !== null && !(Number.isInteger(maxTokens) && maxTokens > 0)) {
    throw new GatewayError(
      'INVALID_REQUEST',
      `--max-tokens ${options.maxTokens} is not a whole number above 0`,
    );
  }
  return { model: options.model, messages: [{ role: 'user', content: prompt }], max_tokens: maxTokens };
}

type DecideOn = (request: ChatRequest) => Decided;

function deciderFor(options: RouteOptions): DecideOn {
  const decideOn = decider(loadConfig({ path: options.config, env: process.env, cwd: process.cwd() }));
  const headers = {
    ...(options.tier !== undefined && { 'x-tiergate-tier': options.tier }),
    ...(options.policy !== undefined && { 'x-tiergate-policy': options.policy }),
    ...(options.quality !== undefined && { 'x-tiergate-quality': options.quality }),
  };
  return (request) => decideOn(request, { headers });
}

async function route(prompt: string | undefined, options: RouteOptions): Promise<void> {
  const decideOn = deciderFor(options);
  if (options.jsonl === true) return routeLines(decideOn, options);
  const request = requestOf(prompt ?? (await text(process.stdin)).trimEnd(), options);
  const routed = decideOn(request);
  const { facts, decision } = routed;
  if (options.json === true) console.log(JSON.stringify({ facts, decision }, null, 2));
  else for (const line of report(request, facts, decision)) console.log(line);
  if (decision.outcome === 'block') process.exitCode = 1;
}

const line = z.union([
  z.object({ id: z.unknown().optional(), prompt: z.string() }),
  z.object({ id: z.unknown().optional(), request: z.record(z.string(), z.unknown()) }),
]);

/** @throws {GatewayError} INVALID_REQUEST with the line's number; the lines before it have been answered. */
async function routeLines(decideOn: DecideOn, options: RouteOptions): Promise<void> {
  let number = 0;
  for await (const written of createInterface({ input: process.stdin })) {
    number += 1;
    if (written.trim() === '') continue;
    const { id, request } = parseLine(written, number, options);
    console.log(
      JSON.stringify({ ...(id !== undefined && { id }), ...routedLine(decideOn(request), request) }),
    );
  }
}

function parseLine(
  written: string,
  number: number,
  options: RouteOptions,
): { id: unknown; request: ChatRequest } {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    throw new GatewayError('INVALID_REQUEST', `line ${number} is not JSON`);
  }
  const parsed = line.safeParse(value);
  if (!parsed.success) {
    throw new GatewayError(
      'INVALID_REQUEST',
      `line ${number}: write {"id": ..., "prompt": "..."} or {"id": ..., "request": {...}}`,
    );
  }
  if ('prompt' in parsed.data) return { id: parsed.data.id, request: requestOf(parsed.data.prompt, options) };
  return {
    id: parsed.data.id,
    request: parseChatRequest(JSON.stringify({ model: options.model, ...parsed.data.request })),
  };
}

/** Without a target that could answer, `tier` is the one that would be asked first. */
function routedLine({ targets, facts, decision }: Decided, request: ChatRequest): Record<string, unknown> {
  const first = decision.candidates[0];
  return {
    tier: targets.find(({ id }) => id === first?.target)?.tier ?? decision.startTier,
    target: first?.target ?? null,
    outcome: decision.outcome,
    task: facts.task,
    gap: { '1|2': round(facts.gap['1|2']), '2|3': round(facts.gap['2|3']) },
    sensitivity: decision.sensitivity,
    reasons: [
      ...decision.verdicts.map(({ policy, reason }) => `${policy}: ${reason}`),
      ...decision.excluded.map(({ target, by, reason }) => `not ${target}, ${by}: ${reason}`),
      ...explainGap(askOf(request), facts.task),
    ],
  };
}

const round = (chance: number): number => Math.round(chance * 1e6) / 1e6;

function* report(request: ChatRequest, facts: RequestFacts, decision: Decision): Generator<string> {
  const found = Object.entries(facts.findings).map(([type, count]) => `${count} ${type}`);
  yield `task ${facts.task}, difficulty ${facts.difficulty.toFixed(2)}, gap ${facts.gap['1|2'].toFixed(2)} to Level 2 and ${facts.gap['2|3'].toFixed(2)} beyond, about ${facts.promptTokens} tokens, language ${facts.language ?? 'unknown'}`;
  yield `sensitivity ${decision.sensitivity}, found: ${found.join(', ') || 'nothing'}`;
  yield '';
  if (decision.block !== undefined) yield `refused (${decision.block.code}): ${decision.block.message}`;
  const targets = [...decision.candidates, ...decision.excluded].map(({ target }) => target.length);
  const width = Math.max(6, ...targets);
  for (const [index, { target, reason }] of decision.candidates.entries()) {
    yield `${String(index + 1).padStart(2)}. ${target.padEnd(width)}  ${reason}`;
  }
  for (const { target, by, reason } of decision.excluded)
    yield ` -  ${target.padEnd(width)}  not tried, ${by}: ${reason}`;
  yield '';
  for (const { policy, reason } of decision.verdicts) yield `${policy}: ${reason}`;
  yield* explainGap(askOf(request), facts.task);
}

export function routeCommand(): Command {
  return new Command('route')
    .description('Show which target would answer a prompt, and why. Calls no model.')
    .argument('[prompt]', 'the prompt; standard input where it is left out')
    .option('-c, --config <file>', 'config file (default: TIERGATE_CONFIG, else ./tiergate.yaml)')
    .option('-m, --model <name>', 'auto, tier:N or a target id', 'auto')
    .option('-t, --tier <level>', 'as the header x-tiergate-tier')
    .option('-p, --policy <name>', 'as the header x-tiergate-policy')
    .option('-q, --quality <share>', 'as the header x-tiergate-quality')
    .option('--max-tokens <n>', 'limit of the answer')
    .option('--json', 'facts and decision as JSON')
    .option('--jsonl', 'lines {"id","prompt"} or {"id","request"} on standard input; a decision a line')
    .addHelpText(
      'after',
      `
Examples:
  $ tiergate route "Summarise this mail: ..."
  $ tiergate route --policy strict-privacy --json < prompt.txt
  $ echo '{"id":1,"prompt":"2 + 2?"}' | tiergate route --jsonl

Exit codes: 0 routed, 1 refused, 2 bad input.`,
    )
    .action(route);
}
