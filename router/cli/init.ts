// `tiergate init`: the best general model that fits this machine, fetched and made Level 1.
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import type { Machine } from '../../engine/store/choose.ts';
import { bestFor, type GeneralModel, generalModels, shortName } from '../../engine/store/general-models.ts';
import { parseHubName } from '../../engine/store/model-name.ts';
import { fileSize, memorySize } from '../../engine/store/sizes.ts';
import { columns } from './columns.ts';
import { configToWrite, type Written, writeLevelOne } from './init-config.ts';
import { pullHere, thisMachine, untilInterrupted } from './pull.ts';

interface InitOptions {
  yes?: boolean;
  replace?: boolean;
  json?: boolean;
}

/** No answer from the hub is known soon: four short tries, not the patience of a download. */
const QUICK = { stallMs: 4000, firstBackoffMs: 50 };
const NO_NETWORK = new Set(['PROVIDER_UNREACHABLE', 'PROVIDER_TIMEOUT']);

function verdict({ fits, isFast, needs }: GeneralModel, { memory }: Machine): string {
  if (!fits) return `needs ${memorySize(needs)}, usable are 9/10 of ${memorySize(memory.bytes)}`;
  return isFast ? 'fits' : 'fits, slower than one reads';
}

/** The offer as a person reads it; the recommended one is marked. */
function table(models: readonly GeneralModel[], best: GeneralModel | null, machine: Machine): string[] {
  const rows = models.map((model, i) => [
    `${model === best ? '*' : ' '} ${i + 1}`,
    model.name,
    fileSize(model.bytes),
    memorySize(model.needs),
    `about ${model.tokensPerSecond < 10 ? model.tokensPerSecond.toFixed(1) : Math.round(model.tokensPerSecond)} tokens/s`,
    model.licence,
    verdict(model, machine),
  ]);
  const head = ['   ', 'MODEL', 'FILE', 'MEMORY', 'SPEED', 'LICENCE', 'HERE'];
  return [
    `This machine: ${machine.cores} cores, ${memorySize(machine.memory.bytes)} of memory available.`,
    ...columns([head, ...rows], [2, 3]),
  ];
}

/** Why the hub cannot be reached, or null. Other refusals are thrown. */
async function offline(name: string, stop: AbortSignal): Promise<string | null> {
  if (/^(1|true|yes|on)$/i.test(process.env['HF_HUB_OFFLINE'] ?? '')) return 'HF_HUB_OFFLINE is set';
  try {
    await pullHere(name, stop, { ...QUICK, dryRun: true, say: () => {} });
    return null;
  } catch (error) {
    if (error instanceof GatewayError && NO_NETWORK.has(error.code)) return error.message;
    throw error;
  }
}

async function ask(question: string, stop: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question, { signal: stop })).trim().toLowerCase();
  } catch {
    throw new GatewayError('CLIENT_CLOSED', 'stopped: nothing was changed');
  } finally {
    terminal.close();
  }
}

/** @returns the model to fetch; null: none, as the user wishes */
async function chosenByUser(
  models: readonly GeneralModel[],
  best: GeneralModel,
  stop: AbortSignal,
): Promise<string | null> {
  for (;;) {
    const answer = await ask(
      `Fetch ${best.name}, ${fileSize(best.bytes)}, and make it Level 1? [Y/n, or the number of another] `,
      stop,
    );
    if (answer === '' || /^y(es)?$/.test(answer)) return best.name;
    if (/^no?$/.test(answer)) return null;
    const other = /^\d+$/.test(answer) ? models[Number(answer) - 1] : undefined;
    if (other !== undefined) return other.name;
    console.error(`"${answer}" is none of y, n and 1 to ${models.length}`);
  }
}

function wordsOf({ path, change, before }: Written, name: string): string {
  const file = displayPath(path);
  switch (change) {
    case 'created':
      return `wrote ${file}: Level 1 is ${name}`;
    case 'updated':
      return `${file}: Level 1 is ${name} now${before.length === 0 ? '' : `, instead of ${before.join(', ')}`}`;
    case 'unchanged':
      return `${file} names ${name} already`;
    case 'kept':
      return `${file} is left as it is: Level 1 there is ${before.join(', ')}; to replace it: tiergate init ${name} --replace`;
  }
}

async function runInit(asked: string | undefined, options: InitOptions, stop: AbortSignal): Promise<void> {
  const machine = thisMachine();
  const models = generalModels(machine);
  const best = bestFor(models);
  if (asked !== undefined) parseHubName(asked);
  const isTalk = process.stdin.isTTY && process.stderr.isTTY && options.json !== true && options.yes !== true;
  const say = (line: string): void => {
    if (options.json !== true) console.log(line);
  };
  if (asked === undefined) for (const line of table(models, best, machine)) say(line);
  const wished = asked ?? best?.name;
  const offer = {
    machine: { cores: machine.cores, memory_bytes: machine.memory.bytes },
    models,
    recommended: best?.name ?? null,
  };
  if (wished === undefined) {
    say(
      'None of them fits: the small model in the box answers, local/tiergate-nano. A Level 2 or 3 needs no memory here.',
    );
    if (options.json) console.log(JSON.stringify({ ...offer, network: null, pulled: null, config: null }));
    return;
  }
  const why = await offline(wished, stop);
  if (why !== null) {
    say(`No network: ${why}`);
    say(
      'Until it is there the small model in the box answers (tiergate serve). Then run tiergate init again.',
    );
    if (options.json)
      console.log(JSON.stringify({ ...offer, network: false, why, pulled: null, config: null }));
    if (options.yes) process.exitCode = 1;
    return;
  }
  const isSettled = options.yes === true || asked !== undefined;
  const name = isSettled ? wished : isTalk && best !== null ? await chosenByUser(models, best, stop) : null;
  if (name === null) {
    say(isTalk ? 'nothing was changed' : `fetch it and make it Level 1:  tiergate init --yes`);
    if (options.json) console.log(JSON.stringify({ ...offer, network: true, pulled: null, config: null }));
    return;
  }
  const pulled = await pullHere(name, stop);
  const written = await writeLevelOne(
    configToWrite(),
    { id: `local/${shortName(parseHubName(name).repo)}`, modelFile: name },
    async (before) =>
      options.replace === true ||
      (isTalk && /^y(es)?$/.test(await ask(`Level 1 is ${before.join(', ')}. Replace it? [y/N] `, stop))),
  );
  say(wordsOf(written, name));
  say('start it:  tiergate serve');
  if (options.json) {
    const config = { path: written.path, change: written.change };
    console.log(JSON.stringify({ ...offer, network: true, pulled, config }));
  }
}

export function initCommand(): Command {
  return new Command('init')
    .description(
      'Offer the best general model that fits this machine, fetch it and make it Level 1 in tiergate.yaml. Asks first.',
    )
    .argument('[model]', 'another than the recommended one: hf:ORG/REPO[:QUANT]')
    .option('-y, --yes', 'do not ask: take the recommended model; exit code 1 where there is no network')
    .option('--replace', 'also where tiergate.yaml names other targets for Level 1')
    .option('--json', 'machine-readable; without --yes or a model only the offer')
    .addHelpText(
      'after',
      `
Examples:
  $ tiergate init                            what fits here; asks before it fetches
  $ tiergate init --yes                      the recommended one
  $ tiergate init hf:Qwen/Qwen3-4B-GGUF:Q4_K_M --replace
  $ tiergate init --json | jq -r .recommended`,
    )
    .action((model: string | undefined, options: InitOptions) =>
      untilInterrupted((stop) => runInit(model, options, stop)),
    );
}
