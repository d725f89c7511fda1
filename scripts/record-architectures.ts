// Records llama.cpp's logits, vectors and scores for the test suite's random models: `npm run record:architectures`.
// Needs bench/peers.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LlamaCpp } from '../bench/engine/llama-cpp.ts';
import {
  recordingPath,
  referenceDocuments,
  referenceEncoders,
  referenceModels,
  referencePath,
  referenceQuery,
  referenceRankers,
  referenceText,
} from '../test/support/reference-models.ts';

const peer = await LlamaCpp.start();
const { release } = await peer.version();

const rounded = (values: Iterable<number>, decimals: number): number[] =>
  Array.from(values, (value) => Math.round(value * 10 ** decimals) / 10 ** decimals);

async function record(name: string, path: string, answers: () => Promise<object>): Promise<void> {
  await peer.open(path, { nCtx: 256, nThreads: 1 });
  const recording = {
    origin: `llama.cpp ${release} through node-llama-cpp, CPU; scripts/record-architectures.ts`,
    sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
    ...(await answers()),
  };
  mkdirSync(dirname(recordingPath(name)), { recursive: true });
  writeFileSync(recordingPath(name), `${JSON.stringify(recording)}\n`);
  process.stdout.write(`${name}\n`);
}

for (const model of referenceModels) {
  await record(model.name, referencePath(model), async () => {
    const ids = await peer.tokenize(referenceText);
    const { logits } = await peer.continueGreedily(ids, 1);
    return { ids, logits: rounded(logits[0]!, 4) };
  });
}
// [CLS] … [SEP]: 2 and 3 in the encoders' vocabulary.
for (const { name, path } of referenceEncoders()) {
  await record(name, path, async () => {
    const ids = await peer.tokenize(referenceText);
    const whole = [...(ids[0] === 2 ? [] : [2]), ...ids, ...(ids.at(-1) === 3 ? [] : [3])];
    const [vector] = await peer.embed([whole]);
    return { ids: whole, vector: rounded(vector!, 5) };
  });
}
for (const { name, path } of referenceRankers()) {
  await record(name, path, async () => ({
    scores: rounded(await peer.rank(referenceQuery, referenceDocuments), 5),
  }));
}
await peer.stop();
