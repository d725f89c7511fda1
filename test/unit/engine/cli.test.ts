// The engine's commands as a user runs them: the built CLI, a real file.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { builtFile } from '../../../contract/built-file.ts';
import { tinyModel } from '../../support/tiny-gguf.ts';

const environment = { ...process.env, TIERGATE_MODEL: '' };

function tiergate(args: string[], input = '', env = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [builtFile('router/cli/main'), ...args], {
    input,
    encoding: 'utf8',
    env: { ...environment, ...env },
    // No models/ folder here.
    cwd: tmpdir(),
  });
  return { status, stdout, stderr };
}

describe('tiergate inspect', () => {
  it('predicts the memory of a file, for the context that is asked about', () => {
    const text = tiergate(['inspect', tinyModel(), '--no-tensors']).stdout;
    expect(text).toMatch(/memory at a context of 512 tokens:\nweights +[\d.]+ MiB +packed for \w+/);
    const memory = (context: string) =>
      JSON.parse(tiergate(['inspect', tinyModel(), '--json', '--context', context]).stdout).memory;
    const [small, large] = [memory('64'), memory('128')];
    expect(small.contextTokens).toBe(64);
    expect(large.kvPerToken).toBe(small.kvPerToken);
    expect(large.kv / large.kvTokens).toBe(large.kvPerToken);
    expect(large.total).toBeGreaterThan(small.total);
    const { weights, file, kv, activations, tokenizer, constant, total } = large;
    expect(total).toBe(weights + file + kv + activations + tokenizer + constant);
  });

  it('prints metadata and tensors as a table, or as JSON', () => {
    const table = tiergate(['inspect', tinyModel()]);
    expect(table.status).toBe(0);
    expect(table.stdout).toMatch(/general\.architecture +"llama"/);
    expect(table.stdout).toMatch(/blk\.0\.attn_q\.weight +F32 +\[256, 256\] +262144 bytes/);
    expect(tiergate(['inspect', tinyModel(), '--no-tensors']).stdout).not.toContain('blk.0');
    const { metadata, totals, tensors } = JSON.parse(tiergate(['inspect', tinyModel(), '--json']).stdout);
    expect(metadata['general.name']).toBe('tiny llama');
    expect(metadata['tokenizer.ggml.tokens']).toMatchObject({ length: metadata['llama.vocab_size'] });
    expect(totals.tensors).toBe(tensors.length);
  });

  it('exits with 2 and one line for a bad file', () => {
    const bad = tiergate(['inspect', builtFile('router/cli/main')]);
    expect(bad.status).toBe(2);
    expect(bad.stdout).toBe('');
    expect(bad.stderr.trim().split('\n')).toHaveLength(1);
    expect(bad.stderr).toContain('GGUF');
  });
});

describe('tiergate tokenize', () => {
  it('gives ids and pieces of an argument or of standard input', () => {
    const model = ['-m', tinyModel({ architecture: 'qwen2' })];
    const fromArgument = tiergate(['tokenize', ...model, '--json', 'Hello world']);
    const { ids, pieces, count } = JSON.parse(fromArgument.stdout);
    expect(pieces.join('')).toBe('Hello world');
    expect(ids).toHaveLength(count);
    expect(tiergate(['tokenize', ...model, '--json'], 'Hello world').stdout).toBe(fromArgument.stdout);
    expect(tiergate(['tokenize', ...model, 'Hello world']).stdout).toContain(`${count} tokens`);
  });

  it('reads control tokens only when told to', () => {
    const model = ['-m', tinyModel({ architecture: 'qwen2' }), '--json', '<|im_end|>'];
    expect(JSON.parse(tiergate(['tokenize', ...model]).stdout).count).toBeGreaterThan(1);
    expect(JSON.parse(tiergate(['tokenize', '--parse-special', ...model]).stdout).count).toBe(1);
  });
});

describe('tiergate engine', () => {
  it('serves a model until it is told to end', async () => {
    const child = spawn(
      process.execPath,
      [builtFile('router/cli/main'), 'engine', '-m', tinyModel(), '--port', '0', '--json'],
      { env: environment, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { address, context_tokens } = JSON.parse(line.toString());
    expect(context_tokens).toBe(512);
    const response = await fetch(`${address}/readyz`);
    expect(response.status).toBe(200);
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
  });

  it('names the flag for a model when none is found, and refuses a bad number', () => {
    const none = tiergate(['engine'], '', { TIERGATE_MODEL: 'none' });
    expect(none.status).not.toBe(0);
    expect(none.stderr).toMatch(/TIERGATE_MODEL=.*--model/);
    const bad = tiergate(['engine', '--port', 'x']);
    expect(bad.status).not.toBe(0);
    expect(bad.stderr).toContain('give a whole number');
  });
});
