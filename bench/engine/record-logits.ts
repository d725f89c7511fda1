// Records what llama.cpp (node-llama-cpp's prebuilt binary) computes of the suite's small models with F32 weights, for
// the tests that run without it: npm run record:logits. See test/support/recorded-logits.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { denseModels, longText } from '../../test/support/dense-models.ts';
import {
  digestOf,
  type RecordedLogits,
  recordedPath,
  samplesOf,
} from '../../test/support/recorded-logits.ts';
import { tinyModel } from '../../test/support/tiny-gguf.ts';
import { hasNodeLlamaCpp, LlamaCpp } from './llama-cpp.ts';

if (!hasNodeLlamaCpp) throw new Error('bench/peers is not installed: see bench/peers/README.md');
const peer = await LlamaCpp.start();
const { release } = await peer.version();
for (const { label, options } of denseModels) {
  const path = tinyModel(options);
  await peer.open(path, { nCtx: 512, nThreads: 1 });
  const ids = await peer.tokenize(longText);
  const { tokens, logits } = await peer.continueGreedily(ids, 8);
  const recorded: RecordedLogits = {
    origin: `llama.cpp ${release} through node-llama-cpp, CPU, F32 weights, f16 K and V, context of 512`,
    model: digestOf(path),
    ids,
    tokens,
    logits: logits.map((row) => samplesOf(row).map((x) => Number(x.toFixed(4)))),
  };
  mkdirSync(dirname(recordedPath(label)), { recursive: true });
  const text = JSON.stringify(recorded).replaceAll(/,"|\],\[/g, (found) =>
    found === ',"' ? ',\n"' : '],\n[',
  );
  writeFileSync(recordedPath(label), `${text}\n`);
  console.log(`${recordedPath(label)}: ${ids.length} tokens, ${logits.length} rows`);
}
await peer.stop();
