// `tiergate canary`: synthetic identities through the real path, as a client sends them, to an upstream of our own that keeps what
// it gets. What got there is what the privacy layer missed.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { pino } from 'pino';
import { Cancellation } from '../../contract/cancellation.ts';
import type { ChatRequest } from '../../contract/chat.ts';
import { GatewayError } from '../../contract/errors.ts';
import { ALL_CAPABILITIES } from '../../contract/tier.ts';
import { isNamePart } from '../../policies/privacy/name-places.ts';
import { valueView } from '../../policies/privacy/value-view.ts';
import type { LoadedConfig } from '../config/config.ts';
import { loadConfig } from '../config/config.ts';
import { createGateway, type RunningGateway } from '../gateway.ts';
import { answer } from '../pipeline.ts';
import { ALL } from '../workers/share.ts';
import { type Canary, canariesOf, LOCALES } from './canary-identities.ts';
import { columns } from './columns.ts';

const TARGET = 'canary/upstream';

/** An upstream that repeats the last message and keeps every body. */
async function startUpstream(): Promise<{ url: string; last(): string; close(): void }> {
  let last = '';
  const server = createServer(async (message, response) => {
    last = await text(message);
    const { messages, model } = JSON.parse(last) as ChatRequest;
    const said = { role: 'assistant', content: messages.at(-1)?.content };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        id: 'c',
        object: 'chat.completion',
        created: 0,
        model,
        choices: [{ index: 0, message: said, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      }),
    );
  }).listen(0, '127.0.0.1');
  // On a busy machine a connection may rest longer than Node's five seconds; closing it then would look like a failure.
  server.keepAliveTimeout = 0;
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/v1`, last: () => last, close };
}

/** The configured policies and privacy settings, with the upstream as the only target of an external zone. */
function gatewayTo(url: string, loaded: LoadedConfig): RunningGateway {
  const base = loaded.targets.find(({ local }) => !local);
  const target = {
    id: TARGET,
    tier: 3 as const,
    zone: 'external' as const,
    provider: 'openai',
    model: 'canary',
    contextWindow: null,
    capabilities: ALL_CAPABILITIES,
    price: null,
  };
  const timeout_ms = { connect: 5_000, first_byte: 60_000, idle: 60_000, total: 60_000 };
  const settings = { id: TARGET, base_url: url, timeout_ms, retries: 0, max_concurrency: 64 };
  const targets = [{ ...base, target, settings, local: false }];
  const only = { ...loaded, targets, config: { ...loaded.config } } as LoadedConfig;
  return createGateway(only, {
    ledger: { record: async () => {}, problem: () => null, close: async () => {} },
    hosts: new Map(),
    share: ALL,
    startedAtS: 0,
    log: pino({ level: 'silent' }),
  });
}

/** A word of three letters or a number of four digits and more tells something of a value. */
const PART = /\p{L}{3,}|\d{4,}/gu;

/** What stands in for values: `[EMAIL_1]` has the `email` of `email.it` in it, and `mail1@masked.example` the `mail` of `mail.ru`. */
const STAND_IN = /\[[A-Z][A-Z_]*_\d+[a-z]*\]|mail\d+@masked\.example/g;

/** Is a telling part of the value in the body, other than what the sentence around it says anyway? */
export function hasPartOf({ value, prompt }: Canary, body: string): boolean {
  const { messages } = JSON.parse(body) as ChatRequest;
  const sent = valueView(String(messages.at(-1)?.content).replace(STAND_IN, ' ')).text;
  const around = valueView(prompt.replace(value, '')).text;
  const whole = valueView(value).text;
  // A title says nothing of whose it is.
  const telling = (whole.match(PART) ?? []).filter((part) => isNamePart(part));
  const parts = telling.length > 0 ? telling : [whole];
  return sent.includes(whole) || parts.some((part) => sent.includes(part) && !around.includes(part));
}

interface Tally {
  sent: number;
  /** Did not get to the upstream. */
  caught: number;
  /** Came back to the client as they were. */
  restored: number;
}

/** Wilson's interval of 95 % for a share (Wilson, JASA 22:209, 1927). */
export function wilson(hits: number, of: number): [low: number, high: number] {
  if (of === 0) return [0, 1];
  const z = 1.959964;
  const share = hits / of;
  const spread = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  const middle = share + (z * z) / (2 * of);
  // Nothing and all end at 0 and 1 exactly, which rounding misses.
  return [hits === 0 ? 0 : (middle - spread) / scale, hits === of ? 1 : (middle + spread) / scale];
}

async function send(gateway: RunningGateway, { prompt }: Canary): Promise<string> {
  const request: ChatRequest = { model: TARGET, messages: [{ role: 'user', content: prompt }] };
  const reply = await answer(gateway, {
    request,
    requestId: 'canary',
    surface: 'chat.completions',
    caller: 'canary',
    headers: {},
    cancellation: new Cancellation(),
  });
  if (reply.kind !== 'completion')
    throw new GatewayError('INTERNAL', 'an answer that was not asked for as a stream');
  return (JSON.parse(reply.body) as { choices: { message: { content: string } }[] }).choices[0]!.message
    .content;
}

const line = (name: string[], { sent, caught, restored }: Tally): string[] => {
  const [low, high] = wilson(caught, sent);
  const percent = (share: number): string => (100 * share).toFixed(1);
  return [
    ...name,
    String(sent),
    percent(caught / sent),
    `${percent(low)} ... ${percent(high)}`,
    percent(restored / sent),
  ];
};

interface Flags {
  config?: string;
  count: string;
  seed: string;
  locale?: string[];
  json?: boolean;
}

async function run({ config, count, seed, locale = [...LOCALES], json }: Flags): Promise<void> {
  const unknown = locale.find((one) => !(LOCALES as readonly string[]).includes(one));
  if (unknown !== undefined)
    throw new GatewayError(
      'INVALID_REQUEST',
      `"${unknown}" is no locale of canaries; known: ${LOCALES.join(', ')}`,
    );
  const people = Number(count);
  if (!(Number.isInteger(people) && people > 0 && people <= 10_000))
    throw new GatewayError('INVALID_REQUEST', `--count ${count} is not a whole number from 1 to 10000`);
  const { allFakers } = await import('@faker-js/faker');
  const loaded = loadConfig({ path: config, env: process.env, cwd: process.cwd() });
  const upstream = await startUpstream();
  const gateway = gatewayTo(upstream.url, loaded);
  const tallies = new Map<string, Tally>();
  const add = (key: string, caught: boolean, restored: boolean): void => {
    const tally = tallies.get(key) ?? { sent: 0, caught: 0, restored: 0 };
    tallies.set(key, {
      sent: tally.sent + 1,
      caught: tally.caught + +caught,
      restored: tally.restored + +restored,
    });
  };
  try {
    for (const name of locale) {
      for (const canary of canariesOf(
        allFakers[name as keyof typeof allFakers],
        name,
        people,
        Number(seed),
      )) {
        const back = await send(gateway, canary).catch((error: GatewayError) => {
          if (error.code === 'EGRESS_BLOCKED' || error.code === 'PII_BLOCKED') return null;
          throw error;
        });
        const isOut = back !== null && hasPartOf(canary, upstream.last());
        const isBack = back === null || back === canary.prompt;
        for (const key of [`type\t${canary.type}`, `locale\t${name}`, `both\t${canary.type}\t${name}`, 'all'])
          add(key, !isOut, isBack);
      }
    }
  } finally {
    await gateway.close();
    upstream.close();
  }
  print(tallies, json === true);
}

function print(tallies: ReadonlyMap<string, Tally>, json: boolean): void {
  if (json) {
    const rows = [...tallies].map(([key, tally]) => {
      const [by, ...names] = key.split('\t');
      const [low, high] = wilson(tally.caught, tally.sent);
      return { by, names, ...tally, recall: tally.caught / tally.sent, low, high };
    });
    console.log(JSON.stringify(rows, null, 2));
    return;
  }
  for (const by of ['type', 'locale', 'all']) {
    const rows = [...tallies].filter(([key]) => key.split('\t')[0] === by);
    const head = [by === 'all' ? '' : by, 'sent', 'recall %', '95 % interval', 'back %'];
    const lines = rows.map(([key, tally]) => line([key.split('\t')[1] ?? 'all'], tally));
    for (const text of columns([head, ...lines], [1, 2, 4])) console.log(text);
    console.log('');
  }
}

export function canaryCommand(): Command {
  const collect = (name: string, names: string[] = []): string[] => [...names, name];
  return new Command('canary')
    .description(
      'Send synthetic identities through the configured privacy layer; report what got out, by type and locale.',
    )
    .option('-c, --config <file>', 'config file (default: TIERGATE_CONFIG, else ./tiergate.yaml)')
    .option('-n, --count <n>', 'people per locale', '20')
    .option('--seed <n>', 'the same seed gives the same people', '1')
    .option('--locale <name>', `one of ${LOCALES.join(', ')}; may be repeated`, collect)
    .option('--json', 'machine-readable, with every pair of type and locale')
    .addHelpText(
      'after',
      `
The upstream is one of our own on this machine; no configured target is called. A value counts as caught when no word of it
reached it, and as back when the client got its prompt back byte for byte.

Examples:
  $ tiergate canary
  $ tiergate canary --locale de --locale fr --count 200 --json

Exit codes: 0 done, 2 bad input.`,
    )
    .action(run);
}
