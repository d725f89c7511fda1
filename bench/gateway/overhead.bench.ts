// What a gateway costs per request: the upstream alone, a bare Node proxy (the floor), Tiergate with its whole pipeline
// (policy, scan, classify, ledger), Portkey's gateway where bench/peers is installed. Interleaved rounds, medians.
// `npm run bench:gateway [-- --save] [-- --rounds=5] [-- --seconds=3]`; builds must be fresh (npm run build).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import { usableCores } from '../../router/workers/usable-cores.ts';
import { scriptOptions } from '../script-options.ts';
import { CONNECTIONS, hasWrk, type LoadRequest, type LoadResult, load } from './load.ts';
import { type Setup, startBareProxy, startPortkey, startTiergate, startUpstream } from './setups.ts';

const options = scriptOptions(import.meta.url, {
  save: { type: 'boolean', default: false },
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '3' },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);

// About 1 KB of prompt with one email address in it; each request has its own number in front.
const letter = [
  'Please summarise the following letter of a customer in one sentence and say what he wants.',
  'Dear team, three weeks ago I ordered a standing lamp and two spare bulbs from your shop. The parcel came late, the lamp',
  'has a scratch at its foot and one of the bulbs was broken. I wrote to your support twice and got an automatic answer each',
  'time. I would like to send the lamp back and have my money returned; the second bulb I would keep, if that is possible.',
  'You can reach me at martin.weber@example.com, best in the evening. I have been a customer for more than ten years and was',
  'always content with the quality of your goods and with the people who answered the telephone, which is why I am surprised',
  'about the silence now. If the lamp can be repaired near my home, that would be fine with me as well, but please tell me',
  'where, how long it takes and who pays for it. Thank you for your trouble, and kind regards, Martin Weber.',
].join(' ');

const NUMBER = '#';

const ask = (setup: Setup, stream: boolean): LoadRequest => {
  const body = JSON.stringify({
    model: setup.name.startsWith('Tiergate') ? 'tier:3' : 'gpt-4o-mini',
    stream,
    messages: [
      { role: 'system', content: 'You are a helpful assistant of a furniture shop.' },
      { role: 'user', content: `Letter ${NUMBER}. ${letter}` },
    ],
  });
  const [before, after] = body.split(NUMBER) as [string, string];
  return {
    url: `${setup.url}/v1/chat/completions`,
    headers: { 'content-type': 'application/json', ...setup.headers },
    body: [before, after],
  };
};

/** One request must give the upstream's answer, or the figures would mean nothing. */
async function check(setup: Setup, stream: boolean): Promise<void> {
  const { url, headers, body } = ask(setup, stream);
  const response = await fetch(url, { method: 'POST', headers, body: body.join('0') });
  const text = await response.text();
  const whole = stream ? text.includes('word18') && text.includes('[DONE]') : text.includes('order 4711');
  if (response.status !== 200 || !whole)
    throw new Error(`${setup.name} answers ${response.status}: ${text.slice(0, 400)}`);
}

/** Seconds of one load of the warm-up, and how many there are at most. */
const WARM_UP_S = 2;
const MOST_WARM_UPS = 15;
/** A rate that rises by less has settled when it does so twice in a row. */
const RISE = 1.03;

/**
 * Loads a setup until its rate no longer rises, by one rule for all: the just-in-time compiler takes the other core while it
 * works, and each of several workers compiles for itself, from its own part of the requests.
 */
async function warmUp(setup: Setup, stream: boolean, folder: string): Promise<void> {
  let best = 0;
  let settled = 0;
  for (let loads = 0; loads < MOST_WARM_UPS && settled < 2 * setup.workers; loads += 1) {
    const { requestsPerS } = await load(ask(setup, stream), WARM_UP_S, folder);
    settled = requestsPerS > best * RISE ? 0 : settled + 1;
    best = Math.max(best, requestsPerS);
  }
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function measure(
  setups: readonly Setup[],
  stream: boolean,
  folder: string,
): Promise<Map<string, LoadResult>> {
  const working: Setup[] = [];
  for (const setup of setups) {
    try {
      await check(setup, stream);
    } catch (error) {
      // Another project's gateway may not do it; ours and the floor must.
      if (!setup.name.startsWith('Portkey')) throw error;
      console.log(`\nleft out: ${(error as Error).message}`);
      continue;
    }
    working.push(setup);
    await warmUp(setup, stream, folder);
  }
  const results = new Map<string, LoadResult[]>(working.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const setup of working)
      results.get(setup.name)!.push(await load(ask(setup, stream), seconds, folder));
  const pick = (runs: LoadResult[], key: keyof LoadResult): number => median(runs.map((run) => run[key]));
  return new Map(
    [...results].map(([name, runs]) => [
      name,
      { requestsPerS: pick(runs, 'requestsPerS'), p50Ms: pick(runs, 'p50Ms'), p99Ms: pick(runs, 'p99Ms') },
    ]),
  );
}

function print(title: string, results: Map<string, LoadResult>, upstream: Setup, floor: Setup): void {
  const direct = results.get(upstream.name)!;
  const floorRate = results.get(floor.name)!.requestsPerS;
  console.log(`\n${title}`);
  console.log('                        requests/s   of floor    p50 ms    p99 ms   added p50   added p99');
  for (const [name, { requestsPerS, p50Ms, p99Ms }] of results) {
    const cells = [
      requestsPerS.toFixed(0).padStart(10),
      `${((100 * requestsPerS) / floorRate).toFixed(0)} %`.padStart(10),
      p50Ms.toFixed(2).padStart(9),
      p99Ms.toFixed(2).padStart(9),
      (p50Ms - direct.p50Ms).toFixed(2).padStart(11),
      (p99Ms - direct.p99Ms).toFixed(2).padStart(11),
    ];
    console.log(`  ${name.padEnd(22)}${cells.join(' ')}`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'tiergate-bench-'));
const setups: Setup[] = [];
try {
  const upstream = await startUpstream();
  setups.push(upstream);
  const floor = await startBareProxy(upstream.url);
  setups.push(floor);
  setups.push(await startTiergate(upstream.url, folder));
  setups.push(await startTiergate(upstream.url, folder, 'Tiergate, no names', { privacy: { names: [] } }));
  const workers = Math.min(4, usableCores());
  if (workers > 1)
    setups.push(await startTiergate(upstream.url, folder, `Tiergate, ${workers} workers`, { workers }));
  const portkey = await startPortkey(upstream.url);
  if (portkey === null)
    console.log('Portkey is left out: run `npm install --ignore-scripts` in bench/peers to compare with it');
  else setups.push(portkey);

  const generator = hasWrk ? 'wrk' : 'client.ts';
  console.log(
    `${cpus().length} x ${cpus()[0]!.model}, Node ${process.version}; ${generator}, ${CONNECTIONS} connections, ` +
      `medians of ${rounds} rounds of ${seconds} s`,
  );
  const plain = await measure(setups, false, folder);
  print('Whole answers', plain, upstream, floor);
  const streamed = await measure(setups, true, folder);
  print('Streamed, 20 chunks', streamed, upstream, floor);
  if (options.save) {
    const results = join(packageRoot, 'bench', 'results');
    mkdirSync(results, { recursive: true });
    const file = join(results, `${new Date().toISOString().slice(0, 10)}-gateway-${hostname()}.json`);
    const facts = {
      cpu: cpus()[0]!.model,
      cores: cpus().length,
      node: process.version,
      generator,
      connections: CONNECTIONS,
      rounds,
      seconds,
    };
    writeFileSync(
      file,
      `${JSON.stringify({ ...facts, plain: Object.fromEntries(plain), streamed: Object.fromEntries(streamed) }, null, 2)}\n`,
    );
    console.log(`\nsaved ${file}`);
  }
} finally {
  for (const setup of setups) setup.process.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
