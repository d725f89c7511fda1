// Which kind of work a request is: words of the ask and of the system prompt, and the shape of the text.
import { TASKS, type Task } from '../../contract/policy.ts';
import { SPACELESS_CUES } from './task-cues.ts';
import { addText, emptyCounts, type TextCounts } from './text-counts.ts';
import { readWords, type WordEvidence } from './words.ts';

export interface TaskInput {
  /** The last user message. */
  ask: string;
  counts: TextCounts;
  words: WordEvidence;
  hasTools: boolean;
  /** The conversation holds tool results. */
  inToolLoop: boolean;
}

const WH_WORD =
  /^(what|who|whom|when|where|which|whose|how|is|are|was|were|do|does|did|can|could|should|will|would|why)$/;
/** From here on a text is material to work on, not only an ask; code units. */
const GROUNDED_CHARS = 350;

/** Pure and total: the task with the highest score, `chat` where nothing speaks for any. */
export function guessTask(input: TaskInput): Task {
  const { ask, counts, words } = input;
  if (input.hasTools || input.inToolLoop) return 'agent-step';
  const scores = words.scores.slice();
  const add = (task: Task, points: number): void => {
    scores[TASKS.indexOf(task)]! += points;
  };
  const grounded = counts.chars > GROUNDED_CHARS;
  if (counts.han + counts.kana + counts.hangul > 1) {
    const edges = ask.slice(0, 300) + ask.slice(-300);
    for (const [regex, task] of SPACELESS_CUES) if (regex.test(edges)) add(task, 3);
  }

  const per100 = 100 / Math.max(100, counts.chars);
  if (counts.fences >= 1) add('code', 2.5);
  if (counts.codeMarks * per100 > 4) add('code', 1.5);
  if (counts.mathMarks * per100 > 1.5) add('maths', 1.5);
  if (counts.digits * per100 > 5 && counts.questions > 0) add('maths', 0.7);
  const asks = counts.questions > 0 || WH_WORD.test(words.first);
  if (asks) add(grounded ? 'grounded-question' : 'open-question', grounded ? 1.2 : 1.3);
  scores[TASKS.indexOf(grounded ? 'chat' : 'grounded-question')] = 0;

  let best = TASKS.indexOf('chat');
  let bestScore = 0.9;
  for (let task = 0; task < scores.length; task += 1) {
    const score = scores[task]!;
    if (score > bestScore) [best, bestScore] = [task, score];
  }
  return TASKS[best]!;
}

/** Of a bare prompt: no system prompt, no tools. */
export function taskOfText(ask: string): Task {
  const counts = emptyCounts();
  addText(counts, ask);
  return guessTask({ ask, counts, words: readWords(ask, ''), hasTools: false, inToolLoop: false });
}
