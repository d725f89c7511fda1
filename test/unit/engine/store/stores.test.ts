import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chosenModel, findLocalModel, modelFileOf } from '../../../../engine/catalog.ts';
import { allModels as everyModel, findStoredModel } from '../../../../engine/store/find.ts';
import { isSafeGgufPath, parseHubName } from '../../../../engine/store/model-name.ts';
import { removePulled, writeRecord } from '../../../../engine/store/places/pulled.ts';
import { quantisationOf } from '../../../../engine/store/quantisation-name.ts';
import { modelStem, partFiles, splitName } from '../../../../engine/store/split-names.ts';
import type { StoredModel } from '../../../../engine/store/stored-model.ts';

let home: string;
let env: Record<string, string>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-stores-'));
  env = { HOME: home };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Without the one that comes with Tiergate. */
const allModels = (...where: Parameters<typeof everyModel>): StoredModel[] =>
  everyModel(...where).filter(({ place }) => place !== 'in the box');

const COMMIT = 'c'.repeat(40);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function put(path: string, text: string): string {
  const at = join(home, path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, text);
  return at;
}

/** A file in the cache of Hugging Face's tools, laid out as they do. */
function cached(repo: string, file: string, text: string, commit = COMMIT): string {
  const folder = `.cache/huggingface/hub/models--${repo.replace('/', '--')}`;
  const blob = put(`${folder}/blobs/${sha256(text)}`, text);
  const link = join(home, folder, 'snapshots', commit, file);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(blob, link);
  put(`${folder}/refs/main`, commit);
  return link;
}

function inOllama(host: string, namespace: string, model: string, tag: string, text: string): string {
  const layers = [
    { mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${sha256(text)}` },
    { mediaType: 'application/vnd.ollama.image.template', digest: `sha256:${'0'.repeat(64)}` },
  ];
  put(`.ollama/models/manifests/${host}/${namespace}/${model}/${tag}`, JSON.stringify({ layers }));
  return put(`.ollama/models/blobs/sha256-${sha256(text)}`, text);
}

describe('stores read in place', () => {
  it('list the model in the box last, by the name that means it', () => {
    put('models/own.gguf', 'x');
    const models = everyModel(env, home);
    expect(models.at(-1)).toMatchObject({ name: 'local/tiergate-nano', place: 'in the box' });
    expect(findStoredModel('local/tiergate-nano', env, home)).toEqual(models.at(-1));
    expect(findLocalModel({ ...env, TIERGATE_MODEL: 'local/tiergate-nano' }, home)).toBe(
      models.at(-1)!.files[0]!.path,
    );
  });

  it('finds models in the Hugging Face cache, with revision and digest from the blob', () => {
    const path = cached('org/repo', 'm-Q8_0.gguf', 'abc');
    cached('org/other', 'README.md', 'x');
    expect(allModels(env, home)).toEqual([
      {
        name: 'hf:org/repo/m-Q8_0.gguf',
        place: 'Hugging Face cache',
        revision: COMMIT,
        files: [{ path, bytes: 3, sha256: sha256('abc') }],
      },
    ]);
  });

  it('takes the revision of main where a file is in several', () => {
    cached('org/repo', 'm-Q8_0.gguf', 'old', 'a'.repeat(40));
    const path = cached('org/repo', 'm-Q8_0.gguf', 'new');
    expect(modelFileOf('hf:org/repo', env, home)).toBe(path);
  });

  it('follows HF_HOME and HF_HUB_CACHE', () => {
    cached('org/repo', 'm-Q8_0.gguf', 'abc');
    expect(allModels({ HOME: '/none', HF_HOME: join(home, '.cache/huggingface') }, home)).toHaveLength(1);
    expect(
      allModels({ HOME: '/none', HF_HUB_CACHE: join(home, '.cache/huggingface/hub') }, home),
    ).toHaveLength(1);
  });

  it('finds models in the store of Ollama under the names that it shows', () => {
    const path = inOllama('registry.ollama.ai', 'library', 'llama3.2', 'latest', 'one');
    inOllama('registry.ollama.ai', 'me', 'own', '3b', 'two');
    inOllama('hf.co', 'org', 'repo', 'Q4_K_M', 'three');
    expect(allModels(env, home).map(({ name }) => name)).toEqual([
      'ollama:hf.co/org/repo:Q4_K_M',
      'ollama:llama3.2:latest',
      'ollama:me/own:3b',
    ]);
    expect(modelFileOf('ollama:llama3.2', env, home)).toBe(path);
    expect(findStoredModel('ollama:llama3.2:latest', env, home).files[0]!.sha256).toBe(sha256('one'));
  });

  it('leaves out of the Ollama store what is broken or not there', () => {
    put('.ollama/models/manifests/registry.ollama.ai/library/a/latest', 'no json');
    put('.ollama/models/manifests/registry.ollama.ai/library/b/latest', '{"layers": []}');
    const layer = {
      mediaType: 'application/vnd.ollama.image.model',
      digest: 'sha256:../../../../etc/passwd',
    };
    put('.ollama/models/manifests/registry.ollama.ai/library/c/latest', JSON.stringify({ layers: [layer] }));
    expect(allModels(env, home)).toEqual([]);
  });

  it('finds models of LM Studio, also where its home was moved', () => {
    const one = put('.lmstudio/models/pub/repo/m-Q4_K_M.gguf', 'a');
    put('.cache/lm-studio/models/pub/old/n.gguf', 'b');
    put('moved/models/pub/third/o.gguf', 'c');
    put('.lmstudio-home-pointer', join(home, 'moved'));
    expect(allModels(env, home).map(({ name }) => name)).toEqual([
      'lmstudio:pub/third/o.gguf',
      'lmstudio:pub/repo/m-Q4_K_M.gguf',
      'lmstudio:pub/old/n.gguf',
    ]);
    expect(modelFileOf('lmstudio:pub/repo/m-Q4_K_M.gguf', env, home)).toBe(one);
  });

  it('lists split models once, and only when all parts are there', () => {
    for (const part of ['1', '2']) put(`models/m-0000${part}-of-00002.gguf`, 'x');
    put('models/n-00001-of-00002.gguf', 'x');
    expect(allModels(env, home)).toMatchObject([{ name: 'models/m-00001-of-00002.gguf', files: [{}, {}] }]);
  });
});

describe('names', () => {
  const pulled = (file: string, text = 'abc'): string => {
    const path = put(`.local/share/tiergate/models/hf/org/repo/${file}`, text);
    writeRecord(env, 'org/repo', file, {
      name: `hf:org/repo/${file}`,
      place: 'tiergate',
      revision: COMMIT,
      files: [{ path, bytes: text.length, sha256: sha256(text) }],
    });
    return path;
  };

  it('local/NAME is a model of any store by its file name', () => {
    const path = pulled('m-Q8_0.gguf');
    expect(modelFileOf('local/m-Q8_0', env, home)).toBe(path);
    expect(() => modelFileOf('local/other', env, home)).toThrow(/tiergate list/);
  });

  it('a name that is not here is refused with the command that gets it', () => {
    expect(() => modelFileOf('hf:org/repo:Q4_0', env, home)).toThrow(
      'the model hf:org/repo:Q4_0 is not on this machine; run: tiergate pull hf:org/repo:Q4_0',
    );
  });

  it('a name that means several models is refused with all of them', () => {
    pulled('m-Q8_0.gguf');
    pulled('m-Q4_0.gguf');
    expect(() => modelFileOf('hf:org/repo', env, home)).toThrow(/m-Q4_0\.gguf, hf:org\/repo\/m-Q8_0\.gguf/);
    expect(modelFileOf('hf:org/repo:q4_0', env, home)).toMatch(/m-Q4_0\.gguf$/);
  });

  it('a pulled model is the default where models/ has none', () => {
    pulled('small.gguf');
    const path = pulled('large.gguf', 'more text');
    expect(findLocalModel(env, home)).toBe(path);
    const own = put('models/own.gguf', 'x');
    expect(findLocalModel(env, home)).toBe(own);
    expect(findLocalModel({ ...env, TIERGATE_MODEL: 'hf:org/repo/small.gguf' }, home)).toMatch(
      /small\.gguf$/,
    );
    expect(chosenModel('x.gguf', env, home)).toBe(join(home, 'x.gguf'));
  });

  it('removing a pulled model removes its file and record, and no file of another store', () => {
    const path = pulled('m.gguf');
    expect(removePulled(env, findStoredModel('hf:org/repo', env, home))).toBe(3);
    expect(allModels(env, home)).toEqual([]);
    const blob = inOllama('registry.ollama.ai', 'library', 'a', 'latest', 'abc');
    const files = [{ path: blob, bytes: 3, sha256: sha256('abc') }];
    writeRecord(env, 'org/repo', 'm.gguf', {
      name: 'hf:org/repo/m.gguf',
      place: 'tiergate',
      revision: COMMIT,
      files,
    });
    expect(removePulled(env, findStoredModel('hf:org/repo', env, home))).toBe(0);
    expect(modelFileOf('ollama:a', env, home)).toBe(blob);
    expect(path).not.toBe(blob);
  });

  it.each([
    ['m-Q4_K_M.gguf', 'Q4_K_M'],
    ['Meta-Llama-3-8B.Q5_K_S.gguf', 'Q5_K_S'],
    ['gemma-3-1b-it-UD-Q2_K_XL.gguf', 'UD-Q2_K_XL'],
    ['qwen2.5-0.5b-instruct-q8_0.gguf', 'Q8_0'],
    ['m-IQ4_XS-00001-of-00002.gguf', 'IQ4_XS'],
    ['BF16/m-00001-of-00002.gguf', 'BF16'],
    ['gpt-oss-20b-mxfp4.gguf', 'MXFP4'],
    ['m-fp16.gguf', 'F16'],
    ['gemma-3-1b.gguf', null],
  ])('%s tells the quantisation %s', (file, quantisation) => {
    expect(quantisationOf(file)).toBe(quantisation);
  });

  it('the parts of a split model have one name', () => {
    expect(partFiles('a/m-00002-of-00003.gguf')).toEqual([1, 2, 3].map((n) => `a/m-0000${n}-of-00003.gguf`));
    expect(modelStem('/x/m-00002-of-00003.gguf')).toBe('m');
    expect(splitName('m-00004-of-00003.gguf')).toBeNull();
  });

  it('no name of the hub leaves its folder, whatever is written', () => {
    const odd = fc.array(
      fc.constantFrom('a', '.', '..', '/', '\\', ':', '-', '%2e', '\0', ' ', '~', 'x.gguf'),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          odd.map((parts) => parts.join('')),
          fc.string(),
        ),
        (text) => {
          if (isSafeGgufPath(text)) expect(join('/root/', text).startsWith('/root/')).toBe(true);
          try {
            const { repo, file } = parseHubName(`hf:${text}`);
            expect(join('/root', repo, file ?? '').startsWith(`/root/${repo}`)).toBe(true);
          } catch (error) {
            expect((error as Error).message).toMatch(/write hf:ORG\/REPO/);
          }
        },
      ),
    );
  });
});
