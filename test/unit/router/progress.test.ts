// The bar as a terminal gets it: bytes on a stream that says that it is one.
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { progressBar } from '../../../router/cli/progress.ts';

function terminal(): { stream: PassThrough & { isTTY: boolean }; text(): string } {
  const stream = Object.assign(new PassThrough(), { isTTY: true });
  return { stream, text: () => stripVTControlCharacters(String(stream.read() ?? '')) };
}

describe('the progress bar', () => {
  it('counts anew when the work and its total change', () => {
    const { stream, text } = terminal();
    const bar = progressBar('advise', false, stream);
    bar.update(1_000_000, 4_000_000, 'making a file');
    expect(text()).toMatch(/25 % .*making a file/);
    bar.update(6, 24, 'asking');
    expect(text()).toMatch(/25 % .*asking/);
    bar.update(24, 24, 'asking');
    bar.stop();
    expect(text()).toMatch(/100 % .*asking/);
  });

  it('shows nothing on what is no terminal, and nothing where nothing was done', () => {
    const plain = new PassThrough();
    const bar = progressBar('advise', false, plain);
    bar.update(1, 2, 'x');
    bar.stop();
    expect(plain.read()).toBeNull();
    const { stream, text } = terminal();
    progressBar('advise', false, stream).stop();
    expect(text()).toBe('');
  });
});
