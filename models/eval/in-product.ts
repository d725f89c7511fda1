// Could the model in the box do what rules do inside the gateway? Task and sensitivity of a request by both, on labelled requests of others
// that neither has seen in training; with the time of a decision. Titles are compared in eval.ts (rules: the first words).
//   node --import tsx models/eval/in-product.ts [--model FILE] [--most N] [--data FOLDER]
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../contract/built-file.ts';
import { Model } from '../../engine/model.ts';
import { logSumExp } from '../../engine/score.ts';
import { BOX_MODEL } from '../../engine/store/places/in-the-box.ts';
import { guessTask } from '../../policies/classify/task.ts';
import { addText, emptyCounts } from '../../policies/classify/text-counts.ts';
import { readWords } from '../../policies/classify/words.ts';
import { nameFinder } from '../../policies/privacy/names.ts';
import { scanText } from '../../policies/privacy/scan.ts';
import { sensitivityOf } from '../../policies/privacy/sensitivity.ts';

interface Row {
  prompt: string;
  want: string;
}

interface Job {
  name: string;
  rows: Row[];
  labels: string[];
  /** What the model is asked. */
  ask: string;
  rules: (prompt: string) => string;
}

const rowsOf = (folder: string, file: string): Record<string, string>[] => {
  const path = join(folder, 'routing', `${file}.jsonl`);
  if (!existsSync(path))
    throw new Error(`${path} is not there: give --data FOLDER with the labelled requests`);
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
};

/** The same number of each label, evenly spread over the file. */
function balanced(rows: readonly Row[], most: number): Row[] {
  const labels = [...new Set(rows.map(({ want }) => want))];
  return labels.flatMap((label) => {
    const own = rows.filter(({ want }) => want === label);
    const n = Math.min(own.length, Math.floor(most / labels.length));
    return Array.from({ length: n }, (_, i) => own[Math.floor((i * own.length) / n)]!);
  });
}

/** P3's names of tasks in the words of the model's requests. */
const P3_TASKS: Record<string, string> = {
  question_answering: 'question answering',
  classification: 'classification',
  summarisation: 'summary',
  paraphrase: 'paraphrase',
  generation: 'writing',
};
const OUR_TASKS: Record<string, string> = {
  'grounded-question': 'question answering',
  'open-question': 'question answering',
  classify: 'classification',
  extract: 'classification',
  summarise: 'summary',
  rewrite: 'paraphrase',
  creative: 'writing',
};

function taskOf(prompt: string): string {
  const counts = emptyCounts();
  addText(counts, prompt);
  const task = guessTask({
    ask: prompt,
    counts,
    words: readWords(prompt, ''),
    hasTools: false,
    inToolLoop: false,
  });
  return OUR_TASKS[task] ?? task;
}

const PUBLIC = new Set([
  'generic_coding',
  'simple_task',
  'general_knowledge',
  'architecture_analysis',
  'root_cause_analysis',
  'multi_step_tradeoffs',
]);
const PRIVATE = new Set([
  'pii',
  'customer_data',
  'proprietary_code',
  'internal_document',
  'trade_secret_ip',
  'business_strategy',
  'operational_infrastructure',
]);

const finder = nameFinder(['PERSON', 'ADDRESS'], 'balanced');

function jobs(folder: string, most: number): Job[] {
  const p3 = rowsOf(folder, 'tasks_p3').map(({ prompt, task }) => ({
    prompt: prompt!,
    want: P3_TASKS[task!]!,
  }));
  const privacy = rowsOf(folder, 'sensitivity_vllmsr_privacy').flatMap(({ prompt, label }) =>
    PUBLIC.has(label!)
      ? { prompt: prompt!, want: 'public' }
      : PRIVATE.has(label!)
        ? { prompt: prompt!, want: 'private' }
        : [],
  );
  return [
    {
      name: 'task (P3)',
      rows: balanced(p3, most),
      labels: Object.values(P3_TASKS),
      ask: 'What kind of request is this?',
      rules: taskOf,
    },
    {
      name: 'sensitivity',
      rows: balanced(privacy, most),
      labels: ['public', 'private'],
      ask: 'Is this message public or private?',
      rules: (prompt) =>
        sensitivityOf(scanText(prompt, { names: finder }).map(({ type }) => type)) === 'public'
          ? 'public'
          : 'private',
    },
  ];
}

const HEAD_CHARS = 900;
const TAIL_CHARS = 500;
const shortened = (text: string): string =>
  text.length <= HEAD_CHARS + TAIL_CHARS
    ? text
    : `${text.slice(0, HEAD_CHARS)} ... ${text.slice(-TAIL_CHARS)}`;

/** The likeliest label, each taken whole: kinder to the model than what it would write. */
async function likeliest(model: Model, job: Job, prompt: string): Promise<string> {
  const content = `${job.ask} Options: ${job.labels.join(', ')}.\n\n${shortened(prompt)}`;
  const asked = model.promptTokens(model.chatTemplate.render({ messages: [{ role: 'user', content }] }));
  const engine = model.createEngine({ contextTokens: 1024, kvTokens: 0, batchTokens: 1024 });
  const n = model.info.nVocab;
  try {
    let best = { label: '', score: Number.NEGATIVE_INFINITY };
    for (const label of job.labels) {
      const answer = [...model.tokenize(label), model.info.eosToken];
      const tokens = Int32Array.from([...asked.slice(-900), ...answer]);
      const session = engine.newSession();
      const [result] = await engine.step([{ session, tokens, sample: false, nTop: 0, allLogits: true }]);
      session.close();
      let score = 0;
      for (const [i, token] of answer.entries()) {
        const at = (tokens.length - answer.length - 1 + i) * n;
        const row = result!.logits!.subarray(at, at + n);
        score += row[token]! - logSumExp(row);
      }
      if (score > best.score) best = { label, score };
    }
    return best.label;
  } finally {
    engine.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: 'string', default: BOX_MODEL },
      most: { type: 'string', default: '200' },
      data: { type: 'string', default: join(packageRoot, '..', 'shared', 'data') },
    },
  });
  const model = await Model.open(resolve(values.model));
  console.log(
    '| | requests | chance | rules | model | rules, ms | model, ms |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  );
  for (const job of jobs(resolve(values.data), Number(values.most))) {
    const timed = async (answer: (prompt: string) => Promise<string> | string) => {
      const began = performance.now();
      let right = 0;
      for (const { prompt, want } of job.rows) if ((await answer(prompt)) === want) right += 1;
      return { share: right / job.rows.length, ms: (performance.now() - began) / job.rows.length };
    };
    const [rules, ours] = [await timed(job.rules), await timed((prompt) => likeliest(model, job, prompt))];
    const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
    console.log(
      `| ${job.name} | ${job.rows.length} | ${percent(1 / job.labels.length)} | ${percent(rules.share)} | ${percent(ours.share)} | ${rules.ms.toFixed(3)} | ${ours.ms.toFixed(1)} |`,
    );
  }
  model.close();
}

await main();
