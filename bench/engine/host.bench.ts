// The engine host end to end (HTTP on its socket) beside llama-server on the same file: eight callers at once, repeated
// prefixes, and what a long prompt does to another caller's answer.
//   npm run bench:host -- --model FILE [--peer [NAME=]PATH_TO_llama-server]... [--threads N] [--rounds 5]
//     [--only together,prefixes,stalls] [--json FILE]
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import { scriptOptions } from '../script-options.ts';
import { median } from './measurement.ts';
import { cpuName } from './roofline.ts';
import { prefixes, stalls, together } from './server-measures.ts';
import { llamaServer, ourHost, type Server, type ServerKind } from './servers.ts';

const given = scriptOptions(import.meta.url, {
  model: { type: 'string' },
  peer: { type: 'string', multiple: true, default: [] },
  threads: { type: 'string', default: `${availableParallelism()}` },
  rounds: { type: 'string', default: '5' },
  only: { type: 'string', default: 'together,prefixes,stalls' },
  json: { type: 'string' },
});
const rounds = Number(given.rounds);
const parts = new Set(given.only.split(','));
const nRequests = 8;
const sizes = { nThreads: Number(given.threads), contextTokens: 6144, nSlots: nRequests };

/** One number by name of each measure; seconds, but tokensPerS. */
type Figures = Record<string, number>;

async function measure(server: Server, round: number): Promise<Figures> {
  const figures: Figures = {};
  await server.complete({ prompt: 'warm up', max_tokens: 4 });
  if (parts.has('together')) figures['tokensPerS'] = await together(server, nRequests, 48, round);
  if (parts.has('prefixes')) {
    const { coldS, repeatedS, afterOthersS, sharedS } = await prefixes(server, round);
    Object.assign(figures, {
      coldS,
      repeatedOfCold: repeatedS / coldS,
      afterOthersOfCold: afterOthersS / coldS,
      sharedOfCold: sharedS / coldS,
    });
  }
  if (parts.has('stalls')) {
    const times = await stalls(server, round);
    Object.assign(figures, times, { p99OfIdle: times.prefillP99S / times.idleP99S });
  }
  return figures;
}

async function measureKind(kind: ServerKind, model: string, round: number): Promise<Figures> {
  const start = performance.now();
  const server = await kind.start(model, sizes);
  const readyS = (performance.now() - start) / 1000;
  try {
    return { readyS, ...(await measure(server, round)) };
  } finally {
    await server.stop();
  }
}

async function bench(model: string): Promise<void> {
  const kinds = [
    ourHost(),
    ...given.peer.map((peer) => {
      const [name, path] = peer.includes('=') ? peer.split('=', 2) : ['llama-server', peer];
      return llamaServer(path ?? '', name ?? '');
    }),
  ];
  const all = new Map<string, Figures[]>(kinds.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < kinds.length; i++) {
      const kind = kinds[(i + round) % kinds.length];
      if (!kind) continue;
      if (process.stderr.isTTY)
        process.stderr.write(`\r\u001b[Kround ${round + 1} of ${rounds}: ${kind.name}`);
      const figures = await measureKind(kind, model, round);
      all.get(kind.name)?.push(figures);
      // A run that is cut short has shown what it saw.
      const shown = Object.entries(figures).map(([name, value]) => `${name} ${value.toFixed(3)}`);
      process.stderr.write(
        `${process.stderr.isTTY ? '\r\u001b[K' : ''}round ${round + 1}, ${kind.name}: ${shown.join(', ')}\n`,
      );
    }
  }
  const names = Object.keys([...all.values()][0]?.[0] ?? {});
  const medianOf = (kind: string, name: string): number =>
    median((all.get(kind) ?? []).map((figures) => figures[name] ?? Number.NaN));
  console.log(`\n${basename(model)}, ${sizes.nThreads} thread(s), medians of ${rounds} rounds`);
  console.log([''.padEnd(18), ...kinds.map(({ name }) => name.padStart(16))].join(''));
  for (const name of names)
    console.log(
      [name.padEnd(18), ...kinds.map((kind) => medianOf(kind.name, name).toFixed(3).padStart(16))].join(''),
    );
  // Round by round: ours over the best of that round.
  const ratios = (all.get('ours') ?? []).map((ours, round) => {
    const peers = kinds.slice(1).map((kind) => all.get(kind.name)?.[round]?.['tokensPerS'] ?? Number.NaN);
    return (ours['tokensPerS'] ?? Number.NaN) / Math.max(...peers);
  });
  if (parts.has('together') && kinds.length > 1)
    console.log(`eight callers: ours ${median(ratios).toFixed(2)} times the best peer`);
  if (given.json) {
    const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: packageRoot,
      encoding: 'utf8',
    }).trim();
    const report = {
      date: new Date().toISOString(),
      commit,
      cpu: cpuName(),
      model: basename(model),
      ...sizes,
      rounds: Object.fromEntries(all),
    };
    writeFileSync(given.json, `${JSON.stringify(report, null, 2)}\n`);
  }
}

if (given.model) await bench(given.model);
else {
  console.error(
    'usage: npm run bench:host -- --model FILE [--peer PATH_TO_llama-server] ... (see the head of this file)',
  );
  process.exitCode = 2;
}
