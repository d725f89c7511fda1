// Entry of the engine host process: node dist/engine/main.js --model FILE (--socket PATH | --port N [--host H])
//   [--lock FILE] [--context N] [--threads N] [--max-queue N] [--pooling mean|cls|last] [--no-speculation]
//   [--no-packed-cache] [--draft-model FILE] [--kv-type f16|q8_0] [--kv-save FILE|FOLDER]
// Ready: an IPC message {type: "ready", address, facts} to the parent, else a line on stdout. Exit codes: 0 asked to
// end or the parent is gone, 2 bad arguments or model file (one line on stderr says which).
import { parseArgs } from 'node:util';
import { GatewayError } from '../contract/errors.ts';
import { POOLINGS, type PoolingName } from './embed.ts';
import { KV_TYPES, type KvType } from './memory-plan.ts';
import { type Listen, type RunningHost, startHost } from './serve.ts';

const say = (line: string) => process.stderr.write(`${line.replaceAll('\n', ' ')}\n`);

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new GatewayError('INVALID_REQUEST', `--${name} ${text}: give a whole number`);
}

function poolingName(text: string): PoolingName {
  if (text in POOLINGS) return text as PoolingName;
  throw new GatewayError('INVALID_REQUEST', `--pooling ${text}: give ${Object.keys(POOLINGS).join(', ')}`);
}

function kvTypeName(text: string): KvType {
  const known = KV_TYPES.find((name) => name === text);
  if (known) return known;
  throw new GatewayError('INVALID_REQUEST', `--kv-type ${text}: give ${KV_TYPES.join(', ')}`);
}

async function start(): Promise<RunningHost> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      model: text,
      lock: text,
      socket: text,
      port: text,
      host: text,
      context: text,
      threads: text,
      'max-queue': text,
      pooling: text,
      'draft-model': text,
      'kv-type': text,
      'kv-save': text,
      'no-speculation': { type: 'boolean' },
      'no-packed-cache': { type: 'boolean' },
    },
  });
  if (!values.model) throw new GatewayError('INVALID_REQUEST', 'no model file; give --model FILE.gguf');
  const port = wholeNumber('port', values.port);
  const context = wholeNumber('context', values.context);
  const threads = wholeNumber('threads', values.threads);
  const maxQueue = wholeNumber('max-queue', values['max-queue']);
  const listen: Listen | null = values.socket
    ? { socket: values.socket }
    : port !== undefined
      ? { port, ...(values.host ? { host: values.host } : {}) }
      : null;
  if (!listen) throw new GatewayError('INVALID_REQUEST', 'nowhere to listen; give --socket PATH or --port N');
  return startHost({
    modelFile: values.model,
    ...(values.lock ? { lockFile: values.lock } : {}),
    listen,
    log: say,
    ...(context ? { context } : {}),
    ...(threads ? { threads } : {}),
    ...(maxQueue ? { maxQueue } : {}),
    speculation: !values['no-speculation'],
    ...(values['no-packed-cache'] ? { packedCache: false } : {}),
    ...(values['draft-model'] ? { draftModel: values['draft-model'] } : {}),
    ...(values['kv-type'] ? { kvType: kvTypeName(values['kv-type']) } : {}),
    ...(values['kv-save'] ? { kvSave: values['kv-save'] } : {}),
    ...(values.pooling ? { pooling: poolingName(values.pooling) } : {}),
  });
}

/** Longest time for a clean end, in which saved prefixes are written. */
const END_WITHIN_MS = 10_000;

let host: RunningHost | undefined;
let ending = false;

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  setTimeout(() => process.exit(code), END_WITHIN_MS).unref();
  await host?.close().catch(() => {});
  process.exit(code);
}

// Before loading: a parent that dies meanwhile must not leave an orphan.
if (process.channel) process.on('disconnect', () => void end(0));
process.on('SIGTERM', () => void end(0));
process.on('SIGINT', () => void end(0));

try {
  host = await start();
  if (process.send) process.send({ type: 'ready', address: host.address, facts: host.facts });
  else process.stdout.write(`engine host ready: ${host.facts.id} on ${host.address}\n`);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(2);
}
