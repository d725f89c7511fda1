// `tiergate inspect`: what a GGUF file holds.
import { Command, InvalidArgumentError, Option } from 'commander';
import { GatewayError } from '../../contract/errors.ts';
import { chosenModel, HOW_TO_GIVE_A_MODEL } from '../../engine/catalog.ts';
import { hostPlan } from '../../engine/host-size.ts';
import { KV_TYPES, type KvType, type MemoryPlan, planLines } from '../../engine/memory-plan.ts';
import { type CutArray, inspectModelFile, type ModelInspection } from '../../engine/model.ts';

interface InspectOptions {
  json?: boolean;
  items: number;
  tensors: boolean;
  context?: number;
  kvType?: KvType;
  draftModel?: string;
}

/** Why the engine cannot run a file. */
interface NoPlan {
  problem: string;
}

const MAX_VALUE_CHARS = 90;

const isCut = (value: unknown): value is CutArray =>
  typeof value === 'object' && value !== null && 'items' in value && 'length' in value;

/** One line; long text and arrays are cut. */
function shown(value: unknown): string {
  const whole = isCut(value)
    ? `${JSON.stringify(value.items).slice(0, -1)}, ...] (${value.length} items)`
    : JSON.stringify(value);
  return whole.length > MAX_VALUE_CHARS
    ? `${whole.slice(0, MAX_VALUE_CHARS - 12)}... ${isCut(value) ? `(${value.length} items)` : `(${whole.length} chars)`}`
    : whole;
}

function printed(
  { path, version, metadata, tensors, totals }: ModelInspection,
  memory: MemoryPlan | NoPlan,
  withTensors: boolean,
): string[] {
  const keys = Object.keys(metadata);
  const width = Math.max(...keys.map((key) => key.length), 0);
  const nameWidth = Math.max(...tensors.map(({ name }) => name.length), 0);
  const megabytes = (totals.bytes / 1e6).toFixed(1);
  return [
    `${path}: GGUF version ${version}, ${totals.tensors} tensors, ${totals.params} parameters, ${megabytes} MB of weights`,
    '',
    ...('problem' in memory
      ? [`cannot be run here: ${memory.problem}`]
      : [`memory at a context of ${memory.contextTokens} tokens:`, ...planLines(memory)]),
    '',
    ...keys.map((key) => `${key.padEnd(width)}  ${shown(metadata[key])}`),
    ...(withTensors && tensors.length > 0 ? [''] : []),
    ...(withTensors ? tensors : []).map(
      ({ name, type, shape, bytes }) =>
        `${name.padEnd(nameWidth)}  ${type.padEnd(6)} ${`[${shape.join(', ')}]`.padEnd(18)} ${bytes} bytes`,
    ),
  ];
}

function memoryOf(file: string, { context, kvType, draftModel }: InspectOptions): MemoryPlan | NoPlan {
  try {
    return hostPlan(file, { context, kvType, draftModel });
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

async function runInspect(argument: string | undefined, options: InspectOptions): Promise<void> {
  const file = chosenModel(argument, process.env, process.cwd());
  if (file === null)
    throw new GatewayError('INVALID_REQUEST', `no model file: ${HOW_TO_GIVE_A_MODEL}, or name one`);
  const inspection = await inspectModelFile(file, options.items);
  const memory = memoryOf(file, options);
  if (options.json) console.log(JSON.stringify({ ...inspection, memory }, null, 2));
  else console.log(printed(inspection, memory, options.tensors).join('\n'));
}

function itemCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
}

export function inspectCommand(): Command {
  return new Command('inspect')
    .description(
      'Show metadata, tensors and predicted memory of a GGUF file, also of one the engine cannot run.',
    )
    .argument(
      '[file]',
      'GGUF file or stored model (tiergate list); default: TIERGATE_MODEL, else the largest in models/',
    )
    .option('--items <number>', 'longest array shown whole', itemCount, 8)
    .option('-c, --context <tokens>', 'predict the memory at this context', itemCount)
    .addOption(new Option('--kv-type <type>', 'and with K and V kept so').choices(KV_TYPES))
    .option('--draft-model <file>', 'and with this model beside it to guess tokens ahead')
    .option('--no-tensors', 'metadata only')
    .option('--json', 'print everything as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ tiergate inspect models/qwen3-0.6b.gguf
  $ tiergate inspect models/qwen3-0.6b.gguf --json | jq .totals`,
    )
    .action(runInspect);
}
