import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answerFormatOf,
  answerPlan,
  createAnswerParser,
  thinks,
} from '../../../engine/answer-format/answer-format.ts';
import { collected, cut, merged, partsOf } from '../../support/answer-parts.ts';

/** What templates hold, how their prompts end, and marks. Sources: the models' chat templates. */
const MODELS = [
  {
    model: 'Qwen3, DeepSeek R1',
    template: "{{ '<think>' }}{{ '</think>' }}",
    open: '<think>',
    close: '</think>',
  },
  { model: 'Magistral', template: '[THINK][/THINK]', open: '[THINK]', close: '[/THINK]' },
  { model: 'Seed-OSS', template: '<seed:think></seed:think>', open: '<seed:think>', close: '</seed:think>' },
  {
    model: 'Gemma 4',
    template: '<|channel>thought\n<channel|>',
    open: '<|channel>thought\n',
    close: '<channel|>',
  },
  {
    model: 'Apertus',
    template: '<|inner_prefix|><|inner_suffix|>',
    open: '<|inner_prefix|>',
    close: '<|inner_suffix|>',
  },
];

const parser = (template: string, prompt = 'assistant\n') =>
  createAnswerParser(answerPlan(answerFormatOf(template, false), prompt, null));
const read = (template: string, prompt: string, text: string) => {
  const { reasoning, content } = collected(partsOf(parser(template, prompt), [text]));
  return { reasoning, content };
};

describe('reasoning', () => {
  it.each(MODELS)(
    'of $model is told from the answer, without the white space around it',
    ({ template, open, close }) => {
      expect(read(template, '', `${open}\nI see. \n${close}\n\nYes\n`)).toEqual({
        reasoning: 'I see.',
        content: 'Yes\n',
      });
    },
  );

  it.each(MODELS)('of $model goes on where the prompt opened it', ({ template, open, close }) => {
    const expected = { reasoning: 'I\n\nsee.', content: 'Yes' };
    expect(read(template, `assistant\n${open}\n`, `I\n\nsee.${close}Yes`)).toEqual(expected);
    // Some models say the mark again.
    expect(read(template, `assistant\n${open}\n`, `${open}I\n\nsee.${close}Yes`)).toEqual(expected);
  });

  it.each(MODELS)('of $model is everything where the answer ends in it', ({ template, open }) => {
    expect(read(template, '', `${open}Hmm, le`)).toEqual({ reasoning: 'Hmm, le', content: '' });
  });

  it.each(MODELS)('of $model is nothing where there is none', ({ template, open, close }) => {
    expect(read(template, '', `${open}\n\n${close}\n\nYes`)).toEqual({ reasoning: '', content: 'Yes' });
    expect(read(template, `${open}\n\n${close}\n\n`, 'Yes')).toEqual({ reasoning: '', content: 'Yes' });
    expect(read(template, '', ' Yes')).toEqual({ reasoning: '', content: ' Yes' });
  });

  it('leaves marks alone that come later, and those of models that do not think', () => {
    const text = 'Write <think>so</think>.';
    expect(read('</think>', '', text)).toEqual({ reasoning: '', content: text });
    expect(read('{{ messages }}', '', '<think>a</think>b')).toEqual({
      reasoning: '',
      content: '<think>a</think>b',
    });
    expect(thinks(answerFormatOf('{{ messages }}', false))).toBe(false);
  });

  it('comes with marks around the answer for some models', () => {
    expect(read('</think>', '', '<think>a</think><response>b</response>')).toEqual({
      reasoning: 'a',
      content: 'b',
    });
  });

  it('is split at once, and only a real beginning of a mark is held back', () => {
    const stream = parser('<think></think>');
    expect(stream.push('<thi')).toEqual([]);
    expect(stream.push('nk>\nOne')).toEqual([{ type: 'reasoning', text: 'One' }]);
    expect(stream.isReasoning).toBe(true);
    expect(stream.push(' < two')).toEqual([{ type: 'reasoning', text: ' < two' }]);
    expect(stream.push('</th')).toEqual([]);
    expect(stream.push('e>')).toEqual([{ type: 'reasoning', text: '</the>' }]);
    expect(stream.push('</think>')).toEqual([]);
    expect(stream.isReasoning).toBe(false);
    expect(stream.push('So')).toEqual([{ type: 'content', text: 'So' }]);
    expect(stream.end()).toEqual([]);
  });

  it('comes out the same for every cutting of every text', () => {
    const words = [
      '<think>',
      '</think>',
      '<',
      '</',
      'think>',
      ' ',
      '\n',
      'a',
      'é😀',
      '[THINK]',
      '[/THINK]',
      '<response>',
    ];
    const texts = fc.array(fc.constantFrom(...words), { maxLength: 10 }).map((each) => each.join(''));
    const models = fc.constantFrom(...MODELS);
    fc.assert(
      fc.property(
        models,
        fc.boolean(),
        texts,
        fc.array(fc.nat(60)),
        ({ template, open }, opened, text, places) => {
          const parse = (pieces: string[]) => merged(partsOf(parser(template, opened ? open : ''), pieces));
          expect(parse(cut(text, places))).toEqual(parse([text]));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('loses no text but its marks and white space', () => {
    const words = ['<think>', '</think>', '<th', '</', '\n', 'a', 'b c'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 10 }), fc.boolean(), (texts, opened) => {
        const text = texts.join('');
        const { reasoning, content } = read('</think>', opened ? '<think>' : '', text);
        const bare = (each: string) => each.replaceAll(/<\/?think>|\s/g, '');
        expect(bare(reasoning + content)).toBe(bare(text));
      }),
      { numRuns: 1000 },
    );
  });
});
