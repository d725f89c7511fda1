// The whole way of models/training at a toy size: what was trained is what is served.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Model } from '../../engine/model.ts';
import { klToPyTorch } from '../../models/eval/eval.ts';
import { answerPerplexity } from '../../models/eval/measure.ts';
import { pythonWithTorch, runPipeline } from '../../models/training/pipeline.ts';

const python = pythonWithTorch();

describe.skipIf(python === null)(
  `training a small model${python === null ? ' (skipped: no Python with PyTorch and numpy)' : ''}`,
  () => {
    let work: string;
    beforeAll(async () => {
      work = mkdtempSync(join(tmpdir(), 'tiergate-nano-'));
      await runPipeline({ setting: 'tiny', work, budget: '8' });
    }, 170_000);
    afterAll(() => rmSync(work, { recursive: true, force: true }));

    it('learns: the loss of the answers falls, and beats the untrained weights on requests it never saw', async () => {
      const rows = readFileSync(join(work, 'train.log.jsonl'), 'utf8').trim().split('\n');
      const losses = rows.map((row) => (JSON.parse(row) as { loss: number }).loss);
      expect(losses.length).toBeGreaterThan(1);
      expect(losses.at(-1)!).toBeLessThan(losses[0]!);
      const [before, after] = [
        await answerPerplexity(join(work, 'untrained.gguf')),
        await answerPerplexity(join(work, 'f32.gguf')),
      ];
      expect(after.value).toBeLessThan(before.value);
    });

    it("gives PyTorch's logits at F32, to a KL of 1e-4 at every position", async () => {
      const kl = await klToPyTorch(work, 'tiny');
      expect(kl!.f32.max).toBeLessThan(1e-4);
      expect(kl!.f16.mean).toBeLessThan(1e-4);
      // PyTorch takes its time to load on a busy machine.
    }, 120_000);

    it('goes on from another run, with its tokenizer and weights', async () => {
      const next = mkdtempSync(join(tmpdir(), 'tiergate-nano-'));
      try {
        await runPipeline({ setting: 'tiny', work: next, budget: '2', after: work });
        const [before, first] = [work, next].map((folder) =>
          readFileSync(join(folder, 'train.log.jsonl'), 'utf8')
            .trim()
            .split('\n')
            .map((row) => JSON.parse(row) as { step: number; tokens: number; loss: number }),
        );
        expect(first![0]!.step).toBeGreaterThan(before!.at(-1)!.step);
        expect(first![0]!.tokens).toBeGreaterThan(before!.at(-1)!.tokens);
        expect(first![0]!.loss).toBeLessThan(before![0]!.loss);
        expect(readFileSync(join(next, 'hf', 'tokenizer.json'), 'utf8')).toBe(
          readFileSync(join(work, 'hf', 'tokenizer.json'), 'utf8'),
        );
      } finally {
        rmSync(next, { recursive: true });
      }
    }, 170_000);

    it('cuts texts as it was trained to', async () => {
      const model = await Model.open(join(work, 'f32.gguf'));
      const json = JSON.parse(readFileSync(join(work, 'hf', 'tokenizer.json'), 'utf8')) as {
        model: { merges: string[] };
      };
      // Each merge of one word's own letters is one token: the vocabulary that the trainer made is the one in use.
      const words = json.model.merges
        .map((merge) => merge.replace(' ', ''))
        .filter((word) => /^[a-z]+$/.test(word));
      expect(words.length).toBeGreaterThan(50);
      for (const word of words.slice(0, 50)) expect(model.tokenize(word)).toHaveLength(1);
      expect(model.isEndOfGeneration(model.tokenize('<|end|>', { parseSpecial: true })[0]!)).toBe(true);
      model.close();
    });

    it('ends in files of every type that is shipped or compared', () => {
      for (const name of ['f32', 'f16', 'q8_0', 'q6_k', 'q4_k_m'])
        expect(existsSync(join(work, `${name}.gguf`))).toBe(true);
    });
  },
);
