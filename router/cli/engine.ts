// `tiergate engine`: the engine host alone, an OpenAI-compatible server for one GGUF file.
import { Command, InvalidArgumentError, Option } from 'commander';
import { GatewayError } from '../../contract/errors.ts';
import { chosenModel, HOW_TO_GIVE_A_MODEL, modelFileOf } from '../../engine/catalog.ts';
import { POOLINGS, type PoolingName } from '../../engine/embed.ts';
import { KV_TYPES, type KvType } from '../../engine/memory-plan.ts';
import { startHost } from '../../engine/serve.ts';
import { lockPath } from '../../engine/store/lock-file.ts';

interface EngineOptions {
  model?: string;
  host: string;
  port: number;
  socket?: string;
  context?: number;
  threads?: number;
  maxQueue?: number;
  pooling?: PoolingName;
  speculation: boolean;
  draftModel?: string;
  packedCache: boolean;
  kvType?: KvType;
  kvSave?: string;
  json?: boolean;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
}

async function runEngine(options: EngineOptions): Promise<void> {
  const { model, host, port, socket, json, draftModel, ...size } = options;
  const modelFile = chosenModel(model, process.env, process.cwd());
  if (modelFile === null)
    throw new GatewayError('NO_LOCAL_MODEL', `no model file: ${HOW_TO_GIVE_A_MODEL}, or use --model`);
  const running = await startHost({
    ...size,
    modelFile,
    ...(draftModel !== undefined && { draftModel: modelFileOf(draftModel, process.env, process.cwd()) }),
    lockFile: lockPath(process.env, [process.cwd()]),
    listen: socket === undefined ? { host, port } : { socket },
    log: (line) => console.error(line),
  });
  const { address, facts } = running;
  if (json) console.log(JSON.stringify({ address, ...facts }));
  else {
    const params = `${(facts.params / 1e6).toPrecision(3)} M parameters`;
    console.log(`${facts.id}: ${facts.architecture}, ${params}, ${facts.file_type}, ${facts.isa}`);
    console.log(`context ${facts.context_tokens} tokens, room for ${facts.kv_tokens} tokens of all requests`);
    console.log(`OpenAI API on ${socket === undefined ? `${address}/v1` : `socket ${address}`}`);
  }
  const end = () => {
    running.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

export function engineCommand(): Command {
  return new Command('engine')
    .description('Serve one GGUF model over the OpenAI protocol, without the gateway.')
    .option(
      '-m, --model <file>',
      'GGUF file or stored model (tiergate list); default: TIERGATE_MODEL, else the largest in models/',
    )
    .option('-p, --port <number>', 'TCP port', wholeNumber, 7862)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--socket <path>', 'listen on a Unix socket instead')
    .option('-c, --context <tokens>', 'longest prompt and answer together', wholeNumber)
    .option('-t, --threads <number>', 'default: physical cores', wholeNumber)
    .option('--max-queue <number>', 'requests that may wait', wholeNumber)
    .option(
      '--no-speculation',
      'never guess tokens ahead (answers are the same, texts that repeat come slower)',
    )
    .option('--draft-model <file>', 'smaller model with the same vocabulary that guesses tokens ahead')
    .addOption(
      new Option('--pooling <kind>', 'of embeddings; default: the file says').choices(Object.keys(POOLINGS)),
    )
    .addOption(
      new Option('--kv-type <type>', 'how K and V are kept; q8_0 halves it, f32 doubles it').choices(
        KV_TYPES,
      ),
    )
    .option('--kv-save <path>', 'file or folder that keeps cached prompts for the next start (private data)')
    .option('--no-packed-cache', 'neither read nor write packed weights on disk')
    .option('--json', 'print the address and the model as one JSON line')
    .addHelpText(
      'after',
      `
Examples:
  $ tiergate engine --model models/qwen3-0.6b.gguf
  $ tiergate engine -m tiny.gguf --port 9000 --context 4096 --threads 2
  $ curl http://127.0.0.1:7862/v1/chat/completions -H 'content-type: application/json' \\
      -d '{"messages":[{"role":"user","content":"Hello"}],"max_tokens":32}'`,
    )
    .action(runEngine);
}
