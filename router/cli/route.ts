// `tiergate route PROMPT`: the decision for a prompt, with every reason. In process from the config; calls no model.
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import type { ChatRequest } from '../../contract/chat.ts';
import { GatewayError } from '../../contract/errors.ts';
import type { Decision, RequestFacts, TargetView } from '../../contract/policy.ts';
import { decide } from '../../policies/decide.ts';
import { inspectRequest } from '../../policies/privacy/conversation.ts';
import type { LoadedConfig } from '../config/config.ts';
import { loadConfig } from '../config/config.ts';
import { privacyOptions } from '../config/privacy.ts';
import { gatherFacts } from '../facts.ts';

interface RouteOptions {
  config?: string;
  model: string;
  tier?: string;
  policy?: string;
  maxTokens?: string;
  json?: boolean;
}

/** Without a running gateway only the model file's presence is known; servers count as reachable. */
function viewsOf({ targets, modelFile }: LoadedConfig): TargetView[] {
  return targets.map(({ target, settings, local }) => {
    const file = settings?.model_file ?? modelFile;
    if (!local || (file !== null && existsSync(file))) return { ...target, state: { available: true } };
    const reason =
      file === null
        ? 'no model file: put a GGUF into models/ or set TIERGATE_MODEL'
        : `no model file: ${file}`;
    return { ...target, state: { available: false, reason } };
  });
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

async function route(prompt: string | undefined, options: RouteOptions): Promise<void> {
  const loaded = loadConfig({ path: options.config, env: process.env, cwd: process.cwd() });
  const request = requestOf(prompt ?? (await text(process.stdin)).trimEnd(), options);
  const headers = {
    ...(options.tier !== undefined && { 'x-tiergate-tier': options.tier }),
    ...(options.policy !== undefined && { 'x-tiergate-policy': options.policy }),
  };
  const context = { requestId: 'route', surface: 'cli', caller: 'anonymous', headers, now: new Date() };
  const facts = gatherFacts(
    request,
    context,
    inspectRequest(request, privacyOptions(loaded.config, loaded.targets)),
  );
  const decision = decide(facts, viewsOf(loaded), loaded.policies);
  if (options.json === true) console.log(JSON.stringify({ facts, decision }, null, 2));
  else for (const line of report(facts, decision)) console.log(line);
  if (decision.outcome === 'block') process.exitCode = 1;
}

function* report(facts: RequestFacts, decision: Decision): Generator<string> {
  const found = Object.entries(facts.findings).map(([type, count]) => `${count} ${type}`);
  yield `task ${facts.task}, difficulty ${facts.difficulty.toFixed(2)}, about ${facts.promptTokens} tokens, language ${facts.language ?? 'unknown'}`;
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
}

export function routeCommand(): Command {
  return new Command('route')
    .description('Show which target would answer a prompt, and why. Calls no model.')
    .argument('[prompt]', 'the prompt; standard input where it is left out')
    .option('-c, --config <file>', 'config file (default: TIERGATE_CONFIG, else ./tiergate.yaml)')
    .option('-m, --model <name>', 'auto, tier:N or a target id', 'auto')
    .option('-t, --tier <level>', 'as the header x-tiergate-tier')
    .option('-p, --policy <name>', 'as the header x-tiergate-policy')
    .option('--max-tokens <n>', 'limit of the answer')
    .option('--json', 'facts and decision as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ tiergate route "Summarise this mail: ..."
  $ tiergate route --policy strict-privacy --json < prompt.txt

Exit codes: 0 routed, 1 refused, 2 bad input.`,
    )
    .action(route);
}
