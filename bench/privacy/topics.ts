// How well topics are told: shares of the sources that are about one, and of those that are not, in which it is seen. Whole sources
// are labelled, so a medical tweet among tweets counts as wrong.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOPICS, type Topic } from '../../contract/policy.ts';
import { topicsOfText } from '../../policies/classify/topics.ts';
import { dataFolder } from './sets.ts';

const MOST_ROWS = 1500;
/** Sentences of court decisions and contracts are read in pieces of so many characters. */
const PIECE = 1000;

type Row = Record<string, string>;
const rowsOf = (file: string): Row[] =>
  existsSync(join(dataFolder, file))
    ? readFileSync(join(dataFolder, file), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Row)
    : [];

const evenly = <T>(rows: readonly T[]): T[] =>
  rows.filter(
    (_, i) =>
      Math.floor((i * MOST_ROWS) / rows.length) !== Math.floor(((i - 1) * MOST_ROWS) / rows.length) ||
      rows.length <= MOST_ROWS,
  );

function pieces(rows: readonly Row[]): string[] {
  const out: string[] = [''];
  for (const { text } of rows) {
    if (out.at(-1)!.length > PIECE) out.push('');
    out[out.length - 1] += `${text} `;
  }
  return out;
}

const CLINC: Record<string, RegExp> = {
  finance:
    /^(?:transfer|improve_credit_score|replacement_card_duration|balance|rollover_401k|transactions|pay_bill|spending_history|credit_score|new_card|apr|bill_due|damaged_card|routing|credit_limit|account_blocked|international_fees|report_fraud|taxes|min_payment|interest_rate|credit_limit_change|bill_balance|freeze_account|report_lost_card|order_checks|card_declined)$/,
  hr: /^pto_/,
  /** Between topics, or of none that can be told. */
  neither:
    /^(?:oos|insurance|insurance_change|exchange_rate|pin_change|rewards_balance|redeem_rewards|expiration_date|application_status|who_do_you_work_for|calories|nutrition_info|vaccines|international_visa|translate|definition|spelling|direct_deposit|w2|income|payday)$/,
};
const MMLU: Record<string, RegExp> = {
  health: /medicine|clinical|anatomy|nutrition/,
  finance: /accounting/,
  neither:
    /aging|marketing|ethics|management|machine_learning|computer|government|public_relations|foreign|us_history/,
};
const MMLU_PRO: Record<string, RegExp> = {
  health: /health/,
  neither: /business|economics|computer|psychology|biology|other/,
};

interface Source {
  name: string;
  topic: Topic | null;
  texts: string[];
}

/** The rows of a set by the topic that their label belongs to. */
function split(
  name: string,
  rows: readonly Row[],
  labelOf: (row: Row) => string,
  by: Record<string, RegExp>,
): Source[] {
  const groups = new Map<Topic | null, string[]>();
  for (const row of rows) {
    const label = labelOf(row);
    if (by['neither']?.test(label) === true) continue;
    const topic = TOPICS.find((one) => by[one]?.test(label) === true) ?? null;
    groups.set(topic, [...(groups.get(topic) ?? []), row['prompt']!]);
  }
  return [...groups].map(([topic, texts]) => ({ name, topic, texts }));
}

function sources(): Source[] {
  const pii = (file: string, topic: Topic | null): Source => ({
    name: file,
    topic,
    texts: rowsOf(`pii/${file}.jsonl`).map(({ text }) => text!),
  });
  const inPieces = (file: string): Source => ({
    name: file,
    topic: 'legal',
    texts: pieces(rowsOf(`pii/${file}.jsonl`)),
  });
  const prompts = (file: string, topic: Topic | null): Source => ({
    name: file,
    topic,
    texts: rowsOf(`routing/${file}.jsonl`).map(({ prompt }) => prompt!),
  });
  return [
    ...split('mmlu', rowsOf('routing/routellm_mmlu_dev.jsonl'), ({ subject }) => subject!, MMLU),
    ...split('mmlu_pro', rowsOf('routing/mmlu_pro.jsonl'), ({ source }) => source!, MMLU_PRO),
    ...split('clinc150', evenly(rowsOf('routing/tasks_clinc150.jsonl')), ({ intent }) => intent!, CLINC),
    prompts('tasks_banking77', 'finance'),
    prompts('zeroeval_crux', 'source_code'),
    prompts('zeroeval_math_l5', null),
    pii('meddocan_dev', 'health'),
    inPieces('german_ler_dev'),
    inPieces('lener_br_train'),
    inPieces('sec_filings_fin5_train'),
    ...[
      'btc_a',
      'btc_g',
      'wikigold',
      'uner_en_ewt_dev',
      'germeval14_dev',
      'wnut17_train',
      'uner_pt_bosque_train',
      'lifebench_8users',
    ].map((file) => pii(file, null)),
  ];
}

export interface TopicScore {
  source: string;
  /** What its texts are about; null: none. */
  topic: Topic | null;
  texts: number;
  /** Share of the texts in which each topic is seen. */
  seen: Record<Topic, number>;
}

export const scoreTopics = (): TopicScore[] =>
  sources()
    .filter(({ texts }) => texts.length > 0)
    .map(({ name, topic, texts }) => {
      const rows = evenly(texts);
      const found = rows.map(topicsOfText);
      const share = (one: Topic): number =>
        found.filter((topics) => topics.includes(one)).length / rows.length;
      return {
        source: name,
        topic,
        texts: rows.length,
        seen: Object.fromEntries(TOPICS.map((one) => [one, share(one)])) as Record<Topic, number>,
      };
    });

/** Microseconds of processor time for 2048 UTF-16 code units, best of five. */
export function topicTime(text: string): number {
  const prompts = Array.from({ length: 200 }, (_, i) => text.slice(i * 2048, (i + 1) * 2048));
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 6; round += 1) {
    const before = process.cpuUsage();
    for (const prompt of prompts) topicsOfText(prompt);
    const { user, system } = process.cpuUsage(before);
    if (round > 0) best = Math.min(best, (user + system) / prompts.length);
  }
  return best;
}
