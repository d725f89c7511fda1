import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseQuantisation, kvBytes } from '../../../../engine/store/choose.ts';
import { type GgufHead, readGgufHead } from '../../../../engine/store/gguf-head.ts';
import { array, encodeGguf, str, u32 } from '../../../support/gguf-writer.ts';

/** Llama 3.1 8B, as its GGUF files say. */
const llama = encodeGguf({
  metadata: {
    'general.architecture': str('llama'),
    'general.file_type': u32(15),
    'llama.block_count': u32(32),
    'llama.context_length': u32(131072),
    'llama.embedding_length': u32(4096),
    'llama.attention.head_count': u32(32),
    'llama.attention.head_count_kv': u32(8),
    'tokenizer.ggml.tokens': array('string', ['a', 'b', 'c']),
    'tokenizer.ggml.model': str('gpt2'),
  },
  tensors: [],
});
const head = readGgufHead(llama)!;

describe('the first keys of a file', () => {
  it('are read, arrays of texts skipped', () => {
    expect(head.get('general.architecture')).toBe('llama');
    expect(head.get('tokenizer.ggml.model')).toBe('gpt2');
    expect(head.has('tokenizer.ggml.tokens')).toBe(false);
  });

  it('are those that lie whole in the bytes, wherever the bytes end', () => {
    for (let end = 0; end <= llama.length; end++) {
      const part = readGgufHead(llama.subarray(0, end));
      for (const [key, value] of part ?? []) expect(value).toEqual(head.get(key));
    }
  });

  it('are never read past the bytes, whatever these are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(llama.length - 1), (bytes, at) => {
        const damaged = Buffer.from(llama);
        Buffer.from(bytes).copy(damaged, at);
        readGgufHead(damaged);
        return true;
      }),
    );
  });

  it('give the K/V cache: 1 GiB for 8192 tokens of Llama 3.1 8B in f16', () => {
    expect(kvBytes(head)).toEqual({ bytes: 2 ** 30, tokens: 8192 });
    expect(kvBytes(new Map())).toBeNull();
  });
});

/** Sizes of bartowski's conversion of Llama 3.1 8B Instruct. */
const files = [
  ['F32', 32.13e9],
  ['Q8_0', 8.54e9],
  ['Q6_K', 6.6e9],
  ['Q5_K_M', 5.73e9],
  ['Q4_K_M', 4.92e9],
  ['Q4_0', 4.68e9],
  ['IQ2_M', 2.95e9],
  ['Q2_K', 3.18e9],
].map(([name, bytes]) => ({ file: `Llama-${name}.gguf`, bytes: bytes as number }));

const choose = (gib: number, cores: number, of = files, with_: GgufHead = head) =>
  chooseQuantisation(of, with_, {
    memory: { bytes: gib * 2 ** 30, source: 'what the machine has free' },
    cores,
  });

describe('choosing a quantisation', () => {
  it.each([
    [64, 16, 'Q6_K'],
    [64, 4, 'Q4_0'],
    [7, 16, 'Q4_K_M'],
    [6, 16, 'Q2_K'],
    [64, 1, 'Q4_0'],
  ])('with %d GiB and %d cores takes %s', (gib, cores, name) => {
    expect(choose(gib, cores).chosen.file).toBe(`Llama-${name}.gguf`);
  });

  it('explains itself: the sum, and why not the next better one', () => {
    expect(choose(7, 16).because).toEqual([
      'Q4_K_M, the best of 8 for this machine: 4.6 GiB weights + 1.0 GiB K/V of 8192 tokens + 400 MiB rest = 6.0 GiB of 7.0 GiB available',
      'Q5_K_M would need 6.7 GiB',
    ]);
    expect(choose(64, 16).because[1]).toBe('Q8_0 would give about 4.7 tokens/s on 16 cores');
  });

  it('takes floats only where there is nothing else', () => {
    expect(choose(64, 16, [files[0]!]).chosen).toBe(files[0]);
  });

  it('counts the experts that a token uses', () => {
    const experts = new Map([...head, ['llama.expert_count', 128], ['llama.expert_used_count', 8]] as const);
    expect(choose(64, 8, files, experts).chosen.file).toBe('Llama-Q8_0.gguf');
  });

  it('refuses with the sum when nothing fits, and when the engine runs none', () => {
    expect(() => choose(3, 8)).toThrow(
      /no quantisation fits: the smallest, Q2_K, needs 3\.0 GiB weights .* = 4\.4 GiB/,
    );
    expect(() => choose(64, 8, [files[6]!])).toThrow(/the engine runs none of IQ2_M; look for Q4_K_M/);
  });

  it('never takes one that does not fit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 100 }), fc.integer({ min: 1, max: 64 }), (gib, cores) => {
        const { chosen } = choose(gib, cores);
        expect(chosen.bytes + 2 ** 30).toBeLessThan(gib * 2 ** 30);
        return true;
      }),
    );
  });
});
