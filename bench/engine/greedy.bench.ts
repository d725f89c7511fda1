// Our engine beside llama.cpp (node-llama-cpp's prebuilt binary) on the same files: greedy tokens, logits.
//   npx tsx bench/engine/greedy.bench.ts [model.gguf ...]
// Without a file: the trained models of ../shared/data where they are, and random ones of every kind.
import { basename } from 'node:path';
import { compareGreedily } from './compare.ts';
import { hasNodeLlamaCpp, LlamaCpp } from './llama-cpp.ts';
import { type ComparedModel, prompts, tinyModels, trainedModels } from './models.ts';

const files = process.argv.slice(2);
const nTokens = 128;

async function printComparison(peer: LlamaCpp, model: ComparedModel): Promise<void> {
  const result = await compareGreedily(peer, model.path, { prompts, nTokens, exactPath: model.exactPath });
  const { fromExact, differing } = result;
  const cells = [
    model.label.padEnd(22),
    `${result.equal}/${result.positions}`.padStart(8),
    `${result.untilFirst}`.padStart(6),
    `${result.tokenisedApart.length}`.padStart(5),
    result.largestLogitDifference.toFixed(3).padStart(8),
    result.rmsLogitDifference.toFixed(4).padStart(8),
    result.meanKl.toExponential(1).padStart(9),
    result.maxKl.toExponential(1).padStart(9),
    (fromExact ? `${fromExact.ours.toExponential(2)} / ${fromExact.theirs.toExponential(2)}` : '').padStart(
      20,
    ),
    Math.max(0, ...differing.map(({ ours }) => ours.margin))
      .toFixed(3)
      .padStart(9),
  ];
  console.log(cells.join(' '));
  const [first] = differing;
  if (first)
    console.log(
      `    first difference: token ${first.position} after "${first.prompt.slice(0, 20)}": ours ${first.ours.token}, ` +
        `ahead by ${first.ours.margin.toFixed(3)} (p ${first.ours.probability.toFixed(3)}); ` +
        `theirs ${first.theirs.token}, ahead by ${first.theirs.margin.toFixed(3)} (p ${first.theirs.probability.toFixed(3)})`,
    );
}

if (!hasNodeLlamaCpp) {
  console.log('node-llama-cpp is not installed: run `npm install --ignore-scripts` in bench/peers first');
} else {
  const peer = await LlamaCpp.start();
  const { release, systemInfo } = await peer.version();
  console.log(`llama.cpp ${release}: ${systemInfo}`);
  const given = files.map((path) => ({ label: basename(path, '.gguf'), path, isQuantised: true }));
  console.log(
    'model                     equal  until  ids     max      rms      mean       max         KL from exact   largest',
  );
  console.log(
    '                                 first  apart  logit    logit       KL        KL        ours / theirs    margin',
  );
  for (const model of files.length > 0 ? given : [...trainedModels(), ...tinyModels()])
    await printComparison(peer, model);
  await peer.stop();
}
