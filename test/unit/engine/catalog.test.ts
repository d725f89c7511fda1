import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLocalModel } from '../../../engine/catalog.ts';

describe('finding the local model', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tiergate-catalog-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is null without a models folder and with an empty one', async () => {
    expect(findLocalModel({}, folder)).toBeNull();
    mkdirSync(join(folder, 'models'));
    expect(findLocalModel({ TIERGATE_MODEL: ' ' }, folder)).toBeNull();
  });

  it('takes the largest .gguf file, and no folder or other file', async () => {
    mkdirSync(join(folder, 'models', 'huge.gguf'), { recursive: true });
    writeFileSync(join(folder, 'models', 'a.gguf'), 'xx');
    writeFileSync(join(folder, 'models', 'b.GGUF'), 'xxx');
    writeFileSync(join(folder, 'models', 'notes.txt'), 'xxxxxxxxx');
    expect(findLocalModel({}, folder)).toBe(join(folder, 'models', 'b.GGUF'));
  });

  it('prefers TIERGATE_MODEL, relative to the working directory, even when the file is missing', async () => {
    expect(findLocalModel({ TIERGATE_MODEL: 'x/y.gguf' }, folder)).toBe(join(folder, 'x', 'y.gguf'));
  });
});
