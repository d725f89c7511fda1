// `tiergate quantize` against what llama.cpp's own tools wrote from the same weights, and against llama.cpp itself.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareGreedily } from '../../bench/engine/compare.ts';
import { hasNodeLlamaCpp, LlamaCpp } from '../../bench/engine/llama-cpp.ts';
import { prompts } from '../../bench/engine/models.ts';
import { packageRoot } from '../../contract/built-file.ts';
import type { FileTypeName } from '../../engine/quantize/file-types.ts';
import { quantizeFile } from '../../engine/quantize/quantize.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-quantize-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const models = join(packageRoot, '..', 'shared', 'data', 'models', 'gguf');
const isAbsent = !existsSync(models);
const noData = isAbsent ? ' (skipped: ../shared/data/models is absent)' : '';
const noPeer = hasNodeLlamaCpp ? '' : ' (skipped: bench/peers is not installed, see bench/peers/README.md)';

describe.skipIf(isAbsent)(`files of llama-quantize${noData}`, () => {
  it.each<FileTypeName>(['F16', 'Q6_K', 'Q4_K_M'])('%s comes out as the same bytes', async (fileType) => {
    const output = join(folder, `stories-${fileType}.gguf`);
    await quantizeFile(join(models, 'stories260K-f32.gguf'), output, { fileType });
    expect(readFileSync(output).equals(readFileSync(join(models, `stories260K-${fileType}.gguf`)))).toBe(
      true,
    );
  });
});

/** What llama.cpp's answer may differ from ours with the same file: int8 activations (peers.test.ts says why). */
const LARGEST_MEAN_KL = 4e-3;

describe.skipIf(!hasNodeLlamaCpp)(`llama.cpp${noPeer}`, () => {
  let peer: LlamaCpp;
  beforeAll(async () => {
    peer = await LlamaCpp.start();
  });
  afterAll(() => peer?.stop());

  it.each<[FileTypeName, boolean]>([
    ['Q2_K', false],
    ['Q3_K_M', false],
    ['Q4_K_M', false],
    ['Q5_K_S', false],
    ['Q6_K', false],
    ['IQ4_XS', false],
    ['Q4_1', true],
    ['Q5_0', true],
    ['Q5_1', true],
    ['IQ4_NL', true],
    ['MXFP4', true],
    ['Q8_0', true],
    ['BF16', true],
  ])('loads our %s file (pure: %s) and answers as we do', async (fileType, pure) => {
    const output = join(folder, `tiny-${fileType}.gguf`);
    await quantizeFile(tinyModel({ architecture: 'qwen3' }), output, { fileType, pure });
    const result = await compareGreedily(peer, output, { prompts: prompts.slice(0, 1), nTokens: 16 });
    expect(result.meanKl).toBeLessThan(LARGEST_MEAN_KL);
  });
});
