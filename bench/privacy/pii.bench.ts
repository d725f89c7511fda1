// How well private values and secrets are found, and what that costs: the labelled development sets of ../shared/data (P, R and
// F2 strict, overlapping and binary, and what leaks), secrets, false positives per KB of text that holds nothing, speed.
// `npm run bench:pii [-- --json] [-- --set=meddocan_dev] [-- --characters=300000] [-- --point=balanced] [-- --show]`
// The scores of names are of sets that the tagger was trained on, so they flatter it; policies/privacy/training says how it does
// on others. --show prints what is found in the free texts.
import { TOPICS } from '../../contract/policy.ts';
import { nameFinder, type OperatingPoint } from '../../policies/privacy/names.ts';
import { type ScanOptions, scanText } from '../../policies/privacy/scan.ts';
import { privacyOptions } from '../../router/config/privacy.ts';
import { configSchema } from '../../router/config/schema.ts';
import { scriptOptions } from '../script-options.ts';
import { type Score, Scorer } from './score.ts';
import { dataFolder, freeTexts, labelledSets, readSet, secretCases, typesOf } from './sets.ts';
import { scoreTopics, topicTime } from './topics.ts';

const options = scriptOptions(import.meta.url, {
  json: { type: 'boolean', default: false },
  set: { type: 'string' },
  characters: { type: 'string', default: '300000' },
  point: { type: 'string', default: 'balanced' },
  show: { type: 'boolean', default: false },
});

const names = nameFinder(undefined, options.point as OperatingPoint);
const SECRETS = /^(?:API_KEY|PRIVATE_KEY|JWT|PASSWORD|URL_CREDENTIALS)$/;
/** Ids of all kinds are one label in the sets. */
const NOT_AN_ID =
  /^(?:PERSON|ADDRESS|LOCATION|ORGANIZATION|POSTAL_CODE|DATE_TIME|DATE_OF_BIRTH|AGE|EMAIL|PHONE|URL|IP_ADDRESS|USERNAME)$/;

/** Sets of posts in which a handle is labelled as the person (or company) that it belongs to. */
const HANDLES_ARE_PERSONS = /^btc/;
/** Sets in which the label of places is that of their postal codes too. */
const CODES_ARE_PLACES = /^meddocan/;

function typeIn(name: string, wanted: ReadonlySet<string>, type: string): string | null {
  if (type === 'USERNAME' && HANDLES_ARE_PERSONS.test(name)) return 'PERSON';
  if (type === 'POSTAL_CODE' && CODES_ARE_PLACES.test(name)) return 'LOCATION';
  if (wanted.has('SECRET')) return SECRETS.test(type) ? 'SECRET' : null;
  if (type === 'DATE_OF_BIRTH' && wanted.has('DATE_TIME')) return 'DATE_TIME';
  if (wanted.has('ID') && !NOT_AN_ID.test(type) && !SECRETS.test(type)) return 'ID';
  return wanted.has(type) ? type : null;
}

function scoreSet(name: string): {
  scores: Record<string, Score>;
  leaks: { spans: number; documents: number };
} {
  const wanted = typesOf(name);
  const scorer = new Scorer();
  for (const { text, spans } of readSet(name, Number(options.characters))) {
    const found = scanText(text, { names }).flatMap(({ start, end, type }) => {
      const ours = typeIn(name, wanted, type);
      return ours === null ? [] : [{ start, end, type: ours }];
    });
    scorer.add(text, spans, found);
  }
  return { scores: scorer.scores(), leaks: scorer.leaks() };
}

function scoreSecretCases() {
  const missed: string[] = [];
  const wrong: string[] = [];
  let positives = 0;
  let negatives = 0;
  const finds = (text: string): boolean => scanText(text).some(({ type }) => SECRETS.test(type));
  for (const { rule, true_positives: yes, false_positives: no } of secretCases()) {
    positives += yes.length;
    negatives += no.length;
    for (const text of yes) if (!finds(text)) missed.push(`${rule}: ${text.slice(0, 70)}`);
    for (const text of no) if (finds(text)) wrong.push(`${rule}: ${text.slice(0, 70)}`);
  }
  return { positives, negatives, missed, wrong };
}

/** What a gateway looks for when its config says nothing. */
const defaults = {
  ...privacyOptions(configSchema.parse({}), []),
  names: nameFinder(['PERSON', 'ADDRESS'], options.point as OperatingPoint),
};

/** Findings of each type in a text that holds nothing private; one line at a time would hide what lines do to one another. */
function falsePositives(
  text: string,
  withNames: boolean,
  scanOptions: ScanOptions = withNames ? { names } : {},
) {
  const found = scanText(text, scanOptions);
  const byType: Record<string, number> = {};
  for (const { type, start, end, recognizer } of found) {
    byType[type] = (byType[type] ?? 0) + 1;
    if (options.show && !withNames)
      console.log(`  ${type} ${recognizer} ${JSON.stringify(text.slice(Math.max(0, start - 30), end + 10))}`);
  }
  return { perKb: (found.length * 1024) / text.length, byType };
}

const PROMPT_LENGTH = 2048;

/** MB (10^6 UTF-16 units) per second of processor time, best of three, and the 99th percentile of texts of 2 KB in ms. */
function speed(text: string, withNames: boolean) {
  const prompts: string[] = [];
  for (let at = 0; at + PROMPT_LENGTH <= text.length && prompts.length < 200; at += PROMPT_LENGTH)
    prompts.push(text.slice(at, at + PROMPT_LENGTH));
  const times: number[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 4; round += 1) {
    // A new finder each round: it remembers texts.
    const finder = withNames ? { names: nameFinder(undefined, options.point as OperatingPoint) } : {};
    const before = process.cpuUsage();
    for (const prompt of prompts) {
      const start = performance.now();
      scanText(prompt, finder);
      const took = performance.now() - start;
      if (round > 0) times.push(took);
    }
    // Processor time: the machine may be busy with other things. The percentiles are of the clock.
    const { user, system } = process.cpuUsage(before);
    if (round > 0) best = Math.min(best, (user + system) / 1e3);
  }
  times.sort((a, b) => a - b);
  return {
    mbPerSecond: (prompts.length * PROMPT_LENGTH) / 1e3 / best,
    p50: times[Math.floor(times.length * 0.5)] as number,
    p99: times[Math.floor(times.length * 0.99)] as number,
  };
}

const number = (value: number, digits = 3): string => value.toFixed(digits).padStart(7);
const say = (line: string): void => {
  if (!options.json) console.log(line);
};

const sets = labelledSets().filter((name) => options.set === undefined || name.startsWith(options.set));
if (sets.length === 0)
  console.error(`no labelled sets in ${dataFolder}/pii: only speed and own sources are measured`);

say(`${'set'.padEnd(44)} strict F2  overlap F2  binary   P       R      F2   leak spans  docs`);
const results: Record<string, unknown> = {};
for (const name of sets) {
  const { scores, leaks } = scoreSet(name);
  results[name] = { scores, leaks };
  const of = (key: string): Score => scores[key] ?? { precision: 0, recall: 0, f2: 0, gold: 0 };
  const binary = of('binary');
  say(
    `${name.padEnd(44)} ${number(of('strict').f2)}    ${number(of('overlap').f2)}   ${number(binary.precision)} ${number(binary.recall)} ${number(binary.f2)}   ${number(leaks.spans)} ${number(leaks.documents)}`,
  );
  for (const [type, score] of Object.entries(scores)) {
    if (score.gold > 0 && !['strict', 'overlap', 'binary'].includes(type))
      say(
        `    ${type.padEnd(16)} P ${number(score.precision)} R ${number(score.recall)} F2 ${number(score.f2)} of ${score.gold}`,
      );
  }
}

const cases = scoreSecretCases();
say(
  `\nsecrets, gitleaks' cases: ${cases.positives - cases.missed.length}/${cases.positives} found, ${cases.negatives - cases.wrong.length}/${cases.negatives} left alone`,
);
for (const line of cases.missed) say(`    missed ${line}`);
for (const line of cases.wrong) say(`    found  ${line}`);

say(
  '\nfalse positives per KB             patterns   with names  as a gateway (no URL, DATE_TIME, AGE, LOCATION, ORGANIZATION)',
);
const texts = freeTexts();
const free: Record<string, unknown> = {};
const speeds: Record<string, unknown> = {};
for (const [name, text] of Object.entries(texts)) {
  const plain = falsePositives(text, false);
  const named = falsePositives(text, true);
  const gateway = falsePositives(text, true, defaults);
  free[name] = { plain, named, gateway };
  say(
    `${name.padEnd(34)} ${number(plain.perKb, 4)}     ${number(named.perKb, 4)}     ${number(gateway.perKb, 4)}   ${JSON.stringify(gateway.byType)}`,
  );
}

say(
  '\nspeed on one core                  patterns MB/s  p50 ms  p99 ms   with names MB/s  p50 ms  p99 ms (2 KB)',
);
for (const [name, text] of Object.entries(texts)) {
  const plain = speed(text, false);
  const named = speed(text, true);
  speeds[name] = { plain, named };
  say(
    `${name.padEnd(34)} ${number(plain.mbPerSecond, 1)}       ${number(plain.p50)} ${number(plain.p99)}     ${number(named.mbPerSecond, 2)}       ${number(named.p50)} ${number(named.p99)}`,
  );
}

say(`\ntopics seen, share of texts${' '.repeat(17)} ${TOPICS.map((topic) => topic.padStart(11)).join(' ')}`);
const topics = scoreTopics();
for (const { source, topic, texts: of, seen } of topics)
  say(
    `${`${source} (${topic ?? 'none'}, ${of})`.padEnd(43)} ${TOPICS.map((one) => seen[one].toFixed(3).padStart(11)).join(' ')}`,
  );
const topicUs = Object.values(texts)[0] === undefined ? null : topicTime(Object.values(texts)[0] as string);
if (topicUs !== null) say(`${topicUs.toFixed(1)} us for 2 KB of prose`);

if (options.json)
  console.log(
    JSON.stringify({ sets: results, secrets: cases, falsePositives: free, speed: speeds, topics, topicUs }),
  );
