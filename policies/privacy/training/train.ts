// Trains the tagger and writes its file. The same data, options and Node.js version give the same bytes.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { displayPath, packageRoot } from '../../../contract/built-file.ts';
import { BALANCED_RECALL, nameFinder } from '../names.ts';
import { beginOf, N_TAGS, TYPES } from '../tagger/labels.ts';
import { type TaggerModel, writeModel } from '../tagger/model.ts';
import { createTagger } from '../tagger/tagger.ts';
import { CORPORA, readCorpus, readValues } from './corpora.ts';
import { Crf } from './crf.ts';
import { generate } from './generate.ts';
import { holdOut, reportHeldOut, scoreOn } from './held-out.ts';
import type { LabelledText } from './labelled.ts';
import { buildLists } from './lists.ts';
import { Random } from './random.ts';

/** O's scores are lowered by so much when a training is scored: the operating points and what is between them. */
const RECALLS = [-0.5, 0, 0.25, 0.5, 1, 1.5];

const USAGE = `Trains the tagger of persons, addresses, places and organisations. About five minutes on one core.

  npm run train:tagger -- [--data FOLDER] [--measure] [--leave-out NAME]... [--out FILE]

  --data FOLDER      the labelled sets (default ../shared/data/pii)
  --leave-out NAME   do not train on the sets whose names begin so, but score them; may be repeated. Then nothing is
                     written unless --out says where
  --measure          trains without eight sets and a fourth of each other set (held-out.ts), and scores those
  --out FILE         where the model goes (default policies/privacy/tagger/model.bin)
  --generated N      sentences and forms that are made up beside the sets (default 55000)
  --epochs N         passes over all texts (default 12)
  --seed N           (default 1)`;

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(packageRoot, '../shared/data/pii') },
    measure: { type: 'boolean', default: false },
    'leave-out': { type: 'string', multiple: true, default: [] },
    generated: { type: 'string', default: '55000' },
    epochs: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
if (!existsSync(values.data)) {
  console.error(`no labelled sets at ${displayPath(values.data)}; give their folder with --data FOLDER`);
  process.exit(1);
}

function numberOf(name: 'generated' | 'epochs' | 'seed'): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= 0) return number;
  console.error(`--${name} ${values[name]} is not a whole number`);
  process.exit(1);
}

const folder = values.data;
const [count, epochs, seed] = [numberOf('generated'), numberOf('epochs'), numberOf('seed')];
const isLeftOut = (name: string): boolean => values['leave-out'].some((prefix) => name.startsWith(prefix));
const random = new Random(seed);

/**
 * Makes it cost more to begin an address: they are rarer in most texts than in those it is learned from. On sets left out nearly half of
 * the addresses found were none; F2 rises by 0.01 so, other types' does not fall.
 */
function makeAddressesRarer({ start, transitions }: TaggerModel): void {
  const begin = beginOf(TYPES.indexOf('ADDRESS'));
  start[begin] = (start[begin] as number) - ADDRESS_COST;
  for (let at = begin; at < transitions.length; at += N_TAGS)
    transitions[at] = (transitions[at] as number) - ADDRESS_COST;
}
const ADDRESS_COST = 1;

/** One in ten in lower case, a few in capitals: people write so, and labelled sets seldom do. */
function withNoise(text: LabelledText): LabelledText {
  const at = random.next();
  const cased = at < 0.1 ? text.text.toLowerCase() : at < 0.13 ? text.text.toUpperCase() : text.text;
  return cased.length === text.text.length ? { ...text, text: cased } : text;
}

function shuffle<T>(items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i -= 1) {
    const other = random.between(0, i);
    [items[i], items[other]] = [items[other] as T, items[i] as T];
  }
  return items;
}

const real = readValues(folder);
const names = Object.keys(CORPORA);
const heldOut = values.measure ? holdOut(folder) : undefined;
const corpora =
  heldOut?.training ?? names.filter((name) => !isLeftOut(name)).flatMap((name) => readCorpus(folder, name));
const generated = [...generate(count, seed, real)];
console.log(`${corpora.length} labelled and ${generated.length} generated texts`);

const crf = new Crf(buildLists(real, corpora), random);
for (let epoch = 1; epoch <= epochs; epoch += 1) {
  const texts = shuffle([...corpora.map(withNoise), ...generated]);
  const started = Date.now();
  let done = 0;
  const loss = crf.epoch(texts, () => {
    done += 1;
    if (process.stdout.isTTY && done % 500 === 0)
      process.stdout.write(`\repoch ${epoch}/${epochs} ${Math.round((100 * done) / texts.length)} %`);
  });
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  console.log(`\repoch ${epoch}/${epochs}: loss a token ${loss.toFixed(4)}, ${seconds} s`);
}

const model = crf.model();
makeAddressesRarer(model);
const tag = createTagger(model);
const report = (name: string, texts: readonly LabelledText[], recall: number): void =>
  console.log(`${name}, recall ${recall}: ${scoreOn(tag, texts, recall).line}`);
if (heldOut === undefined) {
  for (const name of names.filter(isLeftOut))
    for (const recall of RECALLS) report(name, readCorpus(folder, name), recall);
} else {
  for (const recall of RECALLS) reportHeldOut(tag, heldOut.scored, recall);
  // With the rules of how far names go and where they are believed.
  const { find } = nameFinder(TYPES, 'balanced', model);
  reportHeldOut(find, heldOut.scored, BALANCED_RECALL, 'as the product finds: ');
}
report('generated anew', [...generate(2000, seed + 998, real)], 0.5);

const shipped = join(packageRoot, 'policies/privacy/tagger/model.bin');
const isWhole = heldOut === undefined && values['leave-out'].length === 0;
const out = values.out ?? (isWhole ? shipped : undefined);
if (out !== undefined) {
  const data = writeModel(model);
  writeFileSync(out, data);
  console.log(`wrote ${displayPath(out)}, ${(data.length / 1e6).toFixed(1)} MB`);
}
