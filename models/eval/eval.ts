// Accuracy by task of the model in the box against rules, on held-out requests; with a folder of the pipeline also every step from
// PyTorch's weights to the shipped type.
//   npm run eval:nano [-- --work FOLDER] [--answers] [--json FILE]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../contract/built-file.ts';
import type { KvType } from '../../engine/memory-plan.ts';
import { Model } from '../../engine/model.ts';
import { BOX_MODEL } from '../../engine/store/places/in-the-box.ts';
import { pythonWithTorch } from '../training/pipeline.ts';
import { type Item, itemsOf, score, TASKS, type Task } from './items.ts';
import { type Answer, answerPerplexity, answers, divergence, exchanges, logitsOf } from './measure.ts';
import { byRules } from './rules.ts';

const STEPS = ['untrained', 'f32', 'f16', 'q8_0', 'q6_k', 'q4_k_m'] as const;

/** The label that is right most often among the requests that offer the same labels. */
function majority(task: Task, item: Item): string {
  if (task !== 'classify') return '';
  const same = itemsOf(task).filter(({ labels }) => labels!.join() === item.labels!.join());
  const count = (label: string): number => same.filter(({ want }) => want === label).length;
  return item.labels!.reduce((a, b) => (count(b) > count(a) ? b : a));
}

const share = (scores: readonly number[]): string =>
  `${((100 * scores.reduce((a, b) => a + b, 0)) / scores.length).toFixed(0)} %`;

export interface Divergence {
  mean: number;
  max: number;
}

/**
 * KL of the engine's logits from PyTorch's, in nats over all positions of the held-out exchanges, by how the engine keeps K and V; null
 * without PyTorch.
 */
export async function klToPyTorch(
  work: string,
  setting: string,
): Promise<Record<'f32' | 'f16', Divergence> | null> {
  const python = pythonWithTorch();
  if (python === null) return null;
  const model = await Model.open(join(work, 'f32.gguf'));
  const folder = mkdtempSync(join(tmpdir(), 'tiergate-logits-'));
  try {
    const most = setting === 'tiny' ? 240 : 512;
    const all = exchanges(model).filter(({ tokens }) => tokens.length <= most);
    const [ids, out] = [join(folder, 'ids.json'), join(folder, 'logits.f32')];
    writeFileSync(ids, JSON.stringify(all.map(({ tokens }) => [...tokens])));
    const args = ['-m', 'nano.export', '--setting', setting, '--work', work, '--logits', ids, out];
    const { status } = spawnSync(python, args, {
      cwd: join(packageRoot, 'models', 'training'),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error('PyTorch gave no logits');
    const bytes = readFileSync(out);
    const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const n = model.info.nVocab;
    const from = async (kvType: KvType): Promise<Divergence> => {
      let [at, sum, max] = [0, 0, 0];
      for await (const logits of logitsOf(model, all, kvType)) {
        for (let row = 0; row < logits.length; row += n, at += n) {
          const kl = divergence(theirs.subarray(at, at + n), logits.subarray(row, row + n));
          sum += kl;
          max = Math.max(max, kl);
        }
      }
      return { mean: sum / (at / n), max };
    };
    return { f32: await from('f32'), f16: await from('f16') };
  } finally {
    model.close();
    rmSync(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      work: { type: 'string' },
      setting: { type: 'string', default: 'cpu' },
      answers: { type: 'boolean' },
      json: { type: 'string' },
    },
  });
  const work = values.work === undefined ? null : resolve(values.work);
  const columns: Record<string, Answer[]> = {};
  const rules = (name: string, answer: (task: Task, item: Item) => string): void => {
    columns[name] = TASKS.flatMap((task) =>
      itemsOf(task).map((item) => {
        const text = answer(task, item);
        return { task, item, text, score: score(task, item, text) };
      }),
    );
  };
  rules('majority', majority);
  rules('rules', byRules);
  const files = [
    ...(work === null ? [] : STEPS.map((step) => [step, join(work, `${step}.gguf`)] as const)),
    ['shipped', BOX_MODEL] as const,
  ].filter(([, file]) => existsSync(file));
  const perplexities: Record<string, number> = {};
  for (const [name, file] of files) {
    console.error(`asking ${name}`);
    columns[name] = await answers(file);
    perplexities[name] = (await answerPerplexity(file)).value;
  }
  const names = Object.keys(columns);
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  console.log(line(['task', 'requests', ...names]));
  console.log(line(['---', ...new Array(names.length + 1).fill('---:')]));
  for (const task of TASKS) {
    const of = (name: string) =>
      columns[name]!.filter((each) => each.task === task).map((each) => each.score);
    console.log(line([task, String(of('rules').length), ...names.map((name) => share(of(name)))]));
  }
  console.log(
    line(['perplexity of the right answers', '', ...names.map((n) => perplexities[n]?.toFixed(3) ?? '-')]),
  );
  const kl = work === null ? null : await klToPyTorch(work, values.setting);
  for (const [kvType, { mean, max }] of Object.entries(kl ?? {}))
    console.log(
      `\nKL of the F32 file from PyTorch's logits, K and V kept as ${kvType}: mean ${mean.toExponential(2)}, largest ${max.toExponential(2)} nats`,
    );
  if (values.answers)
    for (const { task, item, text, score: points } of columns['shipped'] ?? [])
      console.log(
        `\n${task} ${points.toFixed(2)}\n${item.user}\n  ${JSON.stringify(item.want ?? item.must ?? '')}\n  > ${text}`,
      );
  if (values.json !== undefined)
    writeFileSync(values.json, JSON.stringify({ columns, perplexities, kl }, null, 1));
}

if (process.argv[1]?.endsWith('eval.ts')) await main();
