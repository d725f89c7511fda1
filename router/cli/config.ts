// `tiergate config check` and `tiergate config schema`.
import { Command } from 'commander';
import { displayPath } from '../../contract/built-file.ts';
import { formatProblems } from '../../policies/yaml-source.ts';
import type { LoadedConfig } from '../config/config.ts';
import { checkConfig } from '../config/config.ts';
import { configJsonSchema } from '../config/schema.ts';

interface CheckOptions {
  config?: string;
  json?: boolean;
}

/** What a good config amounts to; no key, no header. */
function summary({ config, path, targets, policies, modelFile }: LoadedConfig) {
  return {
    ok: true,
    file: path,
    listen: `http://${config.server.host}:${config.server.port}`,
    targets: targets.map(({ target }) => ({
      id: target.id,
      tier: target.tier,
      zone: target.zone,
      provider: target.provider,
    })),
    model_file: modelFile,
    policies: policies.map(({ name }) => name),
    ledger: config.ledger.path,
  };
}

function check(options: CheckOptions): void {
  const { loaded, problems } = checkConfig({ path: options.config, env: process.env, cwd: process.cwd() });
  if (loaded === null) {
    process.exitCode = 2;
    if (options.json === true) console.log(JSON.stringify({ ok: false, problems }, null, 2));
    else console.error(formatProblems(problems));
    return;
  }
  const facts = summary(loaded);
  if (options.json === true) {
    console.log(JSON.stringify(facts, null, 2));
    return;
  }
  console.log(
    loaded.path === null
      ? 'no config file: the defaults are in force'
      : `${displayPath(loaded.path)} is good`,
  );
  console.log(`listens on ${facts.listen}, ledger ${displayPath(facts.ledger)}`);
  for (const { id, tier, zone, provider } of facts.targets)
    console.log(`  tier ${tier}  ${id}  (${zone}, ${provider})`);
  console.log(`policies: ${facts.policies.join(', ')}`);
}

export function configCommand(): Command {
  const command = new Command('config').description('Check the config file, or print its JSON Schema.');
  command
    .command('check')
    .description('Report every problem of the config as file:line:column; exit code 2 when there is one.')
    .option('-c, --config <file>', 'config file (default: TIERGATE_CONFIG, else ./tiergate.yaml)')
    .option('--json', 'machine-readable result')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tiergate config check\n  $ tiergate config check -c prod.yaml --json',
    )
    .action(check);
  command
    .command('schema')
    .description('Print the JSON Schema of tiergate.yaml, for editors.')
    .addHelpText('after', '\nExample:\n  $ tiergate config schema > tiergate.schema.json')
    .action(() => console.log(JSON.stringify(configJsonSchema(), null, 2)));
  return command;
}
