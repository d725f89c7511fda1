#!/usr/bin/env -S node --min-semi-space-size=32 --max-semi-space-size=32
// `tiergate COMMAND`: loads the one command that is asked for, so that each starts fast.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';

const COMMANDS: Record<string, () => Promise<Command>> = {
  serve: async () => (await import('./serve.ts')).serveCommand(),
  engine: async () => (await import('./engine.ts')).engineCommand(),
  chat: async () => (await import('./chat.ts')).chatCommand(),
  route: async () => (await import('./route.ts')).routeCommand(),
  policy: async () => (await import('./policy.ts')).policyCommand(),
  explain: async () => (await import('./explain.ts')).explainCommand(),
  replay: async () => (await import('./replay.ts')).replayCommand(),
  calibrate: async () => (await import('./calibrate.ts')).calibrateCommand(),
  advise: async () => (await import('./advise.ts')).adviseCommand(),
  scan: async () => (await import('./scan.ts')).scanCommand(),
  canary: async () => (await import('./canary.ts')).canaryCommand(),
  tokenize: async () => (await import('./tokenize.ts')).tokenizeCommand(),
  inspect: async () => (await import('./inspect.ts')).inspectCommand(),
  perplexity: async () => (await import('./perplexity.ts')).perplexityCommand(),
  compare: async () => (await import('./compare.ts')).compareCommand(),
  imatrix: async () => (await import('./imatrix.ts')).imatrixCommand(),
  convert: async () => (await import('./convert.ts')).convertCommand(),
  quantize: async () => (await import('./quantize.ts')).quantizeCommand(),
  init: async () => (await import('./init.ts')).initCommand(),
  pull: async () => (await import('./pull.ts')).pullCommand(),
  list: async () => (await import('./list.ts')).listCommand(),
  rm: async () => (await import('./rm.ts')).rmCommand(),
  verify: async () => (await import('./verify.ts')).verifyCommand(),
  lock: async () => (await import('./lock.ts')).lockCommand(),
  report: async () => (await import('./report.ts')).reportCommand(),
  config: async () => (await import('./config.ts')).configCommand(),
};

const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
  version: string;
};

async function main(): Promise<void> {
  const program = new Command('tiergate')
    .description(
      'Local-first LLM gateway: each request is answered at the smallest tier that can do it well.',
    )
    .version(version)
    .showHelpAfterError('(run with --help for examples)')
    .addHelpText(
      'after',
      `
Examples:
  $ tiergate serve                                  start the gateway (see tiergate.example.yaml)
  $ tiergate init                                   the best model that fits here, fetched for Level 1
  $ tiergate pull hf:Qwen/Qwen3-0.6B-GGUF           fetch a model for Level 1
  $ tiergate chat "Summarise: ..."                  ask it from the terminal
  $ tiergate route "Prove that ..." --json          which tier would answer, and why
  $ tiergate report --since 24h                     requests, cost, savings, latency
  $ tiergate compare m-f16.gguf m-q4_k_m.gguf --text notes.txt   what 4 bits cost
  $ echo '{"id":"1","text":"me@example.org"}' | tiergate scan

Exit codes: 0 good, 1 failed, 2 bad input.`,
    );
  const asked = process.argv[2];
  const only =
    asked !== undefined && Object.hasOwn(COMMANDS, asked) ? [COMMANDS[asked]!] : Object.values(COMMANDS);
  for (const load of only) program.addCommand(await load());
  await program.parseAsync();
}

main().catch((error: unknown) => {
  // A known error is one clear line; anything else is ours, with its stack.
  const known = error instanceof GatewayError;
  console.error(known ? `tiergate: ${error.message}` : error);
  const badInput = known && (error.status < 500 || error.code === 'CONFIG_INVALID');
  process.exitCode = badInput ? 2 : 1;
});

// `tiergate report | head` closes our standard output early: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
