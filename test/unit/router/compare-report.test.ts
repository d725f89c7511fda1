import { describe, expect, it } from 'vitest';
import { divergencePlot } from '../../../router/cli/compare-plot.ts';
import { type Comparison, comparisonHtml, comparisonLines } from '../../../router/cli/compare-report.ts';

const model = {
  file: '/models/a.gguf',
  name: 'a<b>.gguf',
  type: 'F16',
  fileBytes: 2 ** 31,
  memoryBytes: 3 * 2 ** 20,
  perplexity: 10,
  standardError: 0.5,
  promptTokensPerSecond: 100,
  decodeTokensPerSecond: 20,
};
const comparison: Comparison = {
  text: 'notes.txt',
  contextTokens: 512,
  windows: 1,
  positions: 4,
  reference: model,
  other: { ...model, name: 'b.gguf', type: 'Q4_K', fileBytes: 2 ** 29, perplexity: 9.5 },
  divergence: { meanKl: 0.02, medianKl: 1e-4, p99Kl: 0.06, maxKl: 0.06, sameTop: 0.75, rmsProbability: 0.01 },
  kls: Float64Array.of(0, 1e-4, 0.02, 0.06),
};

describe('the report of a comparison', () => {
  it('is a table with both models and how far they lie apart', () => {
    const lines = comparisonLines(comparison).join('\n');
    expect(lines).toMatch(/Perplexity +10\.0000 ± 0\.5000 +9\.5000 ± 0\.5000 +× 0\.950/);
    expect(lines).toMatch(/File +2\.00 GiB +512\.0 MiB +× 0\.250/);
    expect(lines).toMatch(/Same first choice +75\.00 %/);
    expect(lines).toContain('4 tokens of notes.txt scored, in 1 window of 512');
  });

  it('is a page by itself: names escaped, nothing loaded, dark where the reader wants it', () => {
    const page = comparisonHtml(comparison);
    expect(page).toContain('<title>b.gguf beside a&#60;b&#62;.gguf</title>');
    expect(page).toContain('-5.00 %');
    expect(page).toContain('prefers-color-scheme: dark');
    expect(page).not.toMatch(/<script|https?:|src=|url\(|\/models\//);
  });

  it('plots every token, also where all divergences are 0', () => {
    const plot = divergencePlot(comparison.kls, [['median', 1e-4]]);
    expect(plot.match(/<rect/g)).toHaveLength(4);
    expect(plot).toContain('25.0 %');
    expect(divergencePlot(new Float64Array(5), [['mean', 0]])).toContain('100.0 %');
    expect(divergencePlot(new Float64Array(5), [])).not.toContain('NaN');
  });
});
