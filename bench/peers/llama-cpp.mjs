// llama.cpp through node-llama-cpp, in its own process: a native abort cannot end the caller. Answers messages of
// bench/engine/llama-cpp.ts over IPC, one at a time. Plain JavaScript, as node-llama-cpp and its types are outside the
// main install.
import { getLlama } from 'node-llama-cpp';

// Only the binary inside the npm package: nothing is downloaded, nothing compiled.
const llama = await getLlama({
  gpu: false,
  build: 'never',
  skipDownload: true,
  progressLogs: false,
  logLevel: 'error',
});

let model;
let context;
let sequence;

async function close() {
  await context?.dispose();
  await model?.dispose();
  context = model = undefined;
}

const greedy = { token: true, logits: true, options: { temperature: 0 } };

/** The logits as one row by token id. */
function row(logits) {
  const values = new Float32Array(logits.size);
  for (const [token, logit] of logits) values[token] = logit;
  return values;
}

const handlers = {
  version: () => ({ release: llama.llamaCppRelease.release, systemInfo: llama.systemInfo }),

  async open({ path, nCtx, nThreads, flashAttention = 'auto' }) {
    await close();
    model = await llama.loadModel({ modelPath: path, gpuLayers: 0 });
    // K/V types and batch size stay node-llama-cpp's defaults.
    context = await model.createContext({
      contextSize: nCtx,
      sequences: 1,
      threads: nThreads,
      flashAttention,
    });
    sequence = context.getSequence();
  },

  /** A file that has nothing but a vocabulary. */
  async openVocabulary({ path }) {
    await close();
    model = await llama.loadModel({ modelPath: path, gpuLayers: 0, vocabOnly: true });
  },

  /** The ids of each text, without start token; special tokens are text. */
  tokenizeAll: ({ texts }) => texts.map((text) => model.tokenize(text, false)),

  /** As llama.cpp's own tools tokenise a prompt: the start token when the model wants one. */
  tokenize({ text }) {
    const bos = model.tokens.shouldPrependBosToken && model.tokens.bos !== null ? [model.tokens.bos] : [];
    return [...bos, ...model.tokenize(text, false)];
  },

  /** The pooled vector of each text's ids, as llama.cpp gives it: of any length. */
  async embed({ texts }) {
    const embedder = await model.createEmbeddingContext({ contextSize: 256, batchSize: 256 });
    try {
      const vectors = [];
      for (const ids of texts) vectors.push((await embedder.getEmbeddingFor(ids)).vector);
      return vectors;
    } finally {
      await embedder.dispose();
    }
  },

  /** How relevant each document is to the query, 0 … 1, as node-llama-cpp puts the two together. */
  async rank({ query, documents }) {
    const ranker = await model.createRankingContext({ contextSize: 256, batchSize: 256 });
    try {
      return await ranker.rankAll(query, documents);
    } finally {
      await ranker.dispose();
    }
  },

  /** Token ids before prefix, suffix and middle; null where the model has none. */
  infillTokens() {
    const { prefix, suffix, middle } = model.tokens.infill;
    return [prefix, suffix, middle];
  },

  /** The prompt as one batch, then token by token, greedy or along `forced`: the tokens taken, and their logits. */
  async continueGreedily({ ids, nTokens, forced }) {
    await sequence.clearHistory();
    const tokens = [];
    const logits = [];
    let input = ids.map((id, i) => (i === ids.length - 1 ? [id, { generateNext: greedy }] : id));
    while (tokens.length < nTokens) {
      const { next } = (await sequence.controlledEvaluate(input)).at(-1);
      input = [[forced?.[tokens.length] ?? next.token, { generateNext: greedy }]];
      tokens.push(next.token);
      logits.push(row(next.logits));
    }
    return { tokens, logits };
  },

  /** Seconds for the prompt as one batch with its first token, then for each further token by itself. */
  async time({ ids, nTokens }) {
    await sequence.clearHistory();
    const next = { generateNext: { token: true, options: { temperature: 0 } } };
    const start = performance.now();
    const last = ids.length - 1;
    let token = (await sequence.controlledEvaluate([...ids.slice(0, last), [ids[last], next]])).at(-1).next
      .token;
    const middle = performance.now();
    for (let i = 0; i < nTokens; i++)
      token = (await sequence.controlledEvaluate([[token, next]]))[0].next.token;
    return { prefillS: (middle - start) / 1000, decodeS: (performance.now() - middle) / 1000 };
  },

  close,
};

process.on('message', async ({ call, ...options }) => {
  try {
    process.send({ value: await handlers[call](options) });
  } catch (error) {
    process.send({ error: String(error) });
  }
});
process.on('disconnect', () => process.exit());
process.send({ value: 'ready' });
