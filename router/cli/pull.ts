// `tiergate pull`: fetches models from the hub. The only command that loads hub/, the door to it.
import { Command, InvalidArgumentError } from 'commander';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import { availableMemory } from '../../engine/available-memory.ts';
import { hostPlan } from '../../engine/host-size.ts';
import type { Machine } from '../../engine/store/choose.ts';
import { type LockedModel, lockPath, readLock } from '../../engine/store/lock-file.ts';
import { memorySize } from '../../engine/store/sizes.ts';
import { verifyLocked } from '../../engine/store/verify.ts';
import { type Pulled, type PullOptions, pull } from '../../hub/pull.ts';
import { usableCores } from '../workers/usable-cores.ts';
import { pullProgress } from './pull-progress.ts';

/** At once, where nothing else is asked. */
const CONNECTIONS = 4;

interface PullCommandOptions {
  revision?: string;
  connections: number;
  dryRun?: boolean;
  json?: boolean;
}

/** The engine's own sum for a file that is here; a model that it cannot run is kept all the same. */
function memoryLine(path: string): string {
  const available = availableMemory();
  try {
    const { total, contextTokens } = hostPlan(path, {}, available);
    const fits = total <= available.bytes ? '' : ': it will not start here as it is; see tiergate inspect';
    return `takes ${memorySize(total)} of memory at a context of ${contextTokens} tokens, ${memorySize(available.bytes)} are available${fits}`;
  } catch (error) {
    return `the engine cannot run it: ${(error as Error).message}`;
  }
}

function usage({ name, path, how }: Pulled): string[] {
  if (path === null) return [];
  const words = {
    fetched: 'checked and stored as',
    here: 'stored as',
    'in place': 'used in place at',
    'dry run': '',
  };
  return [
    `${words[how]} ${path}`,
    memoryLine(path),
    `use it:  TIERGATE_MODEL=${name} tiergate serve   or, in tiergate.yaml, model_file: ${name}`,
  ];
}

/** What a pull needs to know of this process. @param stop ends it */
export const pullHere = (
  name: string,
  stop: AbortSignal,
  options: Partial<PullOptions> = {},
): Promise<Pulled> =>
  pull(name, {
    env: process.env,
    cwd: process.cwd(),
    signal: stop,
    machine: thisMachine(),
    connections: CONNECTIONS,
    say: (line) => console.error(line),
    progress: pullProgress,
    ...options,
  });

export const thisMachine = (): Machine => ({ memory: availableMemory(), cores: usableCores() });

/** A signal that ends what runs under it at Ctrl+C. */
export async function untilInterrupted<T>(task: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    return await task(stop.signal);
  } finally {
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
  }
}

/** What the lock names and this machine does not have, by the content of the files. */
async function missingOf(locked: readonly LockedModel[]): Promise<LockedModel[]> {
  const missing: LockedModel[] = [];
  for (const model of locked) {
    if (!model.name.startsWith('hf:')) continue;
    const lock = { path: '', models: [model] };
    for await (const { state } of verifyLocked(lock, process.env, process.cwd(), { env: process.env })) {
      if (state === 'good') continue;
      missing.push(model);
      break;
    }
  }
  return missing;
}

async function runPull(argument: string | undefined, options: PullCommandOptions): Promise<void> {
  const path = lockPath(process.env, [process.cwd()]);
  const locked = readLock(path)?.models ?? [];
  if (argument === undefined && locked.length === 0)
    throw new GatewayError(
      'INVALID_REQUEST',
      `nothing to pull: name a model, e.g. tiergate pull hf:ORG/REPO (there is no ${displayPath(path)} that names any)`,
    );
  const names = argument === undefined ? (await missingOf(locked)).map(({ name }) => name) : [argument];
  if (names.length === 0) console.error(`every model of ${displayPath(path)} is here`);
  await untilInterrupted(async (stop) => {
    for (const name of names) {
      const pulled = await pullHere(name, stop, {
        revision: options.revision,
        pinned: options.revision === undefined ? locked.find((model) => model.name === name) : undefined,
        connections: options.connections,
        dryRun: options.dryRun,
      });
      if (options.json) console.log(JSON.stringify(pulled));
      else for (const line of usage(pulled)) console.log(line);
    }
  });
}

function connectionCount(text: string): number {
  if (!/^\d{1,2}$/.test(text) || Number(text) < 1 || Number(text) > 32)
    throw new InvalidArgumentError('give a number from 1 to 32');
  return Number(text);
}

export function pullCommand(): Command {
  return new Command('pull')
    .description(
      'Fetch a model from the Hugging Face hub: checked by SHA-256, resumed where it was stopped. Without a name: all that tiergate.lock pins.',
    )
    .argument(
      '[model]',
      'hf:ORG/REPO (the best quantisation for this machine), hf:ORG/REPO:QUANT or hf:ORG/REPO/FILE',
    )
    .option('--revision <name>', 'branch, tag or commit; default: what tiergate.lock pins, else main')
    .option('--connections <number>', 'at once', connectionCount, CONNECTIONS)
    .option('--dry-run', 'say what would be fetched, and why that quantisation')
    .option('--json', 'print each model as one JSON line')
    .addHelpText(
      'after',
      `
Examples:
  $ tiergate pull hf:Qwen/Qwen3-0.6B-GGUF              the best that fits, and why
  $ tiergate pull hf:bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M
  $ tiergate pull hf:ORG/REPO/model-00001-of-00003.gguf  all three parts
  $ tiergate pull                                      what tiergate.lock pins

Environment:
  HF_TOKEN          for private and gated repositories; else the token of "hf auth login"
  HF_ENDPOINT       a mirror, default https://huggingface.co
  TIERGATE_MODELS   where models are kept, default ~/.local/share/tiergate/models`,
    )
    .action(runPull);
}
