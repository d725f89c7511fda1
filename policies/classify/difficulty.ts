// How hard a request is, 0 ... 1: a logistic sum over structural features. A starting point, not the learned gap score:
// a published comparison shows that such features rank about as well as trained routers across data sets, and that own
// traffic is what makes a score good.
import type { Task } from '../../contract/policy.ts';
import type { TextCounts } from './text-counts.ts';

export interface DifficultyInput {
  task: Task;
  /** Of the last user message. */
  counts: TextCounts;
  /** Words of demanding subjects and instructions in the ask. */
  hardWords: number;
  /** Of the whole request. */
  promptTokens: number;
  /** User messages. */
  turns: number;
  tools: number;
  strictOutput: boolean;
}

/** Log odds that a small model is not enough, by task, before anything else is known. */
const TASK_ODDS: Record<Task, number> = {
  chat: -2.2,
  summarise: -1.7,
  extract: -1.9,
  classify: -2,
  rewrite: -1.8,
  translate: -1.4,
  'grounded-question': -1.7,
  'open-question': -1.2,
  creative: -1,
  code: -0.5,
  maths: -0.2,
  reasoning: -0.4,
  'agent-step': -0.4,
};

/** Text that a task works on makes it longer, not harder; for the others length is demand. */
const WORKS_ON_TEXT: ReadonlySet<Task> = new Set([
  'summarise',
  'extract',
  'classify',
  'rewrite',
  'translate',
  'grounded-question',
]);

/** The features and their weights in log odds. */
export function difficultyFeatures(input: DifficultyInput): Record<keyof typeof WEIGHTS, number> {
  const { counts } = input;
  const per100 = 100 / Math.max(100, counts.chars);
  const doublings = Math.log2(Math.max(1, counts.tokens / 32));
  const onText = WORKS_ON_TEXT.has(input.task);
  return {
    lengthOfAsk: onText ? 0 : Math.min(8, doublings),
    lengthOfMaterial: onText ? Math.min(10, doublings) : 0,
    longWords: Math.min(1, counts.longWords / Math.max(4, counts.words)),
    hardWords: Math.min(4, input.hardWords),
    mathMarks: Math.min(6, counts.mathMarks * per100),
    codeMarks: Math.min(8, counts.codeMarks * per100),
    digits: Math.min(10, counts.digits * per100),
    bullets: Math.min(12, counts.bullets),
    questions: Math.min(4, Math.max(0, counts.questions - 1)),
    turns: Math.min(6, Math.log2(Math.max(1, input.turns))),
    tools: Math.min(4, Math.log2(1 + input.tools)),
    strictOutput: input.strictOutput ? 1 : 0,
    context: Math.max(0, Math.log2(Math.max(1, input.promptTokens / 4000))),
  };
}

const WEIGHTS = {
  lengthOfAsk: 0.38,
  lengthOfMaterial: 0.06,
  longWords: 0.4,
  hardWords: 0.35,
  mathMarks: 0.08,
  codeMarks: 0.05,
  digits: 0.06,
  bullets: 0.06,
  questions: 0.15,
  turns: 0.12,
  tools: 0.2,
  strictOutput: 0.3,
  context: 0.35,
};

/** 0 easy ... 1 hard. Pure and total. */
export function difficultyOf(input: DifficultyInput): number {
  const features = difficultyFeatures(input);
  let odds = TASK_ODDS[input.task];
  for (const name in WEIGHTS)
    odds += WEIGHTS[name as keyof typeof WEIGHTS] * features[name as keyof typeof WEIGHTS];
  return 1 / (1 + Math.exp(-odds));
}
