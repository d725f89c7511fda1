// A model in several files answers with the bits of the whole file; what is missing or of another model is named.
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { nativeAddon } from '../../engine/binding.ts';
import { hostPlan } from '../../engine/host-size.ts';
import { Model } from '../../engine/model.ts';
import { splitGguf } from '../support/split-gguf.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const root = mkdtempSync(join(tmpdir(), 'tiergate-split-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const whole = tinyModel({ architecture: 'qwen3', tensorType: 'Q4_K' });
let parts: string[];
let n = 0;
beforeEach(() => {
  const folder = join(root, String(n++));
  mkdirSync(folder);
  parts = splitGguf(whole, folder, 'tiny', 3);
});

async function logitsOf(path: string): Promise<Float32Array> {
  const model = await nativeAddon().openModel(path, '');
  const engine = model.createEngine({ nCtx: 64, nThreads: 1 });
  const session = engine.newSession();
  try {
    const tokens = model.tokenize('The three hats on the table', true, false);
    await engine.step([{ session, tokens, sample: true, nTop: 0 }]);
    return session.logits();
  } finally {
    session.close();
    engine.close();
    model.close();
  }
}

describe('a model in three files', () => {
  it('answers with the same bits as the whole file', async () => {
    expect(await logitsOf(parts[0]!)).toEqual(await logitsOf(whole));
  });

  it('is planned with the weights of all files, and named without the number of its part', async () => {
    expect(hostPlan(parts[0]!, {}).weights).toBe(hostPlan(whole, {}).weights);
    const model = await Model.open(parts[0]!);
    expect(model.id).toBe('tiny');
    model.close();
  });

  const refusal = (): Promise<string> => Model.open(parts[0]!).then(String, (error: Error) => error.message);

  it('is refused by the name of a missing part', async () => {
    rmSync(parts[1]!);
    expect(await refusal()).toContain(
      `part 2 of 3 of the model is missing: ${parts[1]}; put it beside the first one`,
    );
  });

  it('is refused when a part is not the one that its name says', async () => {
    copyFileSync(parts[1]!, parts[2]!);
    expect(await refusal()).toMatch(/00003-of-00003\.gguf should be part 3 of 3, it says it is part 2 of 3/);
  });

  it('is refused when a part is of another split', async () => {
    copyFileSync(splitGguf(whole, root, 'other', 2)[1]!, parts[1]!);
    expect(await refusal()).toMatch(/should be part 2 of 3, it says it is part 2 of 2/);
  });

  it('is refused when its first file was renamed', async () => {
    const renamed = join(root, 'renamed.gguf');
    renameSync(parts[0]!, renamed);
    await expect(Model.open(renamed)).rejects.toThrow(/does not end in -00001-of-00003\.gguf.*rename it/);
  });

  it('is refused when another part than the first is named', async () => {
    await expect(Model.open(parts[1]!)).rejects.toThrow(/is part 2 of 3 of its model; open the first one/);
  });
});
