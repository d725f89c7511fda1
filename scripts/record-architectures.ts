// Records llama.cpp's logits for the test suite's random models: `npm run record:architectures`. Needs bench/peers.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LlamaCpp } from '../bench/engine/llama-cpp.ts';
import {
  type Recording,
  recordingPath,
  referenceModels,
  referencePath,
  referenceText,
} from '../test/support/reference-models.ts';

const peer = await LlamaCpp.start();
const { release } = await peer.version();
for (const model of referenceModels) {
  const path = referencePath(model);
  await peer.open(path, { nCtx: 512, nThreads: 1 });
  const ids = await peer.tokenize(referenceText);
  const { logits } = await peer.continueGreedily(ids, 1);
  const recording: Recording = {
    origin: `llama.cpp ${release} through node-llama-cpp, CPU; scripts/record-architectures.ts`,
    sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
    ids,
    logits: [...logits[0]!].map((logit) => Math.round(logit * 1e4) / 1e4),
  };
  const file = recordingPath(model.name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(recording)}\n`);
  process.stdout.write(`${model.name}: ${ids.length} ids, ${recording.logits.length} logits\n`);
}
await peer.stop();
