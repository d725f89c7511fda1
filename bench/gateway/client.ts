// Closed-loop load client for machines without wrk. Argument: a job as JSON; prints a LoadResult as JSON.
import { Agent, request as send } from 'node:http';
import { spread } from '../../store/percentile.ts';
import type { LoadRequest, LoadResult } from './load.ts';

type Job = LoadRequest & { seconds: number; connections: number };
const job = JSON.parse(process.argv[2]!) as Job;
const agent = new Agent({ keepAlive: true, maxSockets: job.connections });
let count = 0;

const once = (): Promise<void> =>
  new Promise((resolve, reject) => {
    count += 1;
    const body = job.body.join(String(count));
    const headers = { ...job.headers, 'content-length': Buffer.byteLength(body) };
    const request = send(job.url, { method: 'POST', agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      response.resume();
      response.once('end', resolve);
    });
    request.once('error', reject);
    request.end(body);
  });

const latenciesMs: number[] = [];
const start = performance.now();
await Promise.all(
  Array.from({ length: job.connections }, async () => {
    while (performance.now() - start < job.seconds * 1000) {
      const sent = performance.now();
      await once();
      latenciesMs.push(performance.now() - sent);
    }
  }),
);
const elapsedS = (performance.now() - start) / 1000;
const { p50, p99 } = spread(latenciesMs);
const result: LoadResult = { requestsPerS: latenciesMs.length / elapsedS, p50Ms: p50!, p99Ms: p99! };
console.log(JSON.stringify(result));
agent.destroy();
