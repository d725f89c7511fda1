import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chosenModel, findLocalModel } from '../../../engine/catalog.ts';
import { BOX_MODEL } from '../../../engine/store/places/in-the-box.ts';

describe('finding the local model', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tiergate-catalog-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is the model in the box without a models folder and with an empty one', () => {
    expect(existsSync(BOX_MODEL)).toBe(true);
    expect(findLocalModel({}, folder)).toBe(BOX_MODEL);
    mkdirSync(join(folder, 'models'));
    expect(findLocalModel({ TIERGATE_MODEL: ' ' }, folder)).toBe(BOX_MODEL);
    expect(chosenModel(undefined, {}, folder)).toBe(BOX_MODEL);
  });

  it('is null where TIERGATE_MODEL says none, or the box may not stand in', () => {
    expect(findLocalModel({ TIERGATE_MODEL: 'none' }, folder)).toBeNull();
    expect(findLocalModel({}, folder, false)).toBeNull();
  });

  it('takes any other model before the one in the box, however small', () => {
    mkdirSync(join(folder, 'models'));
    writeFileSync(join(folder, 'models', 'own.gguf'), 'x');
    expect(findLocalModel({}, folder)).toBe(join(folder, 'models', 'own.gguf'));
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
