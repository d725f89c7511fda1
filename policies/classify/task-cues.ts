// Words that tell what a request wants, by task. A strong word nearly decides alone; a weak one is a hint.
import { TASKS, type Task } from '../../contract/policy.ts';

const STRONG: Partial<Record<Task, string>> = {
  summarise:
    'summarize summarise summarized summary summaries summarization tldr gist condense abridge zusammenfassen zusammenfassung ' +
    'fasse résume résumer résumé resumen resume resumir riassumi riassunto resumo samenvatten samenvatting podsumuj streszczenie headline',
  extract:
    'extract extracting extraction extrahiere extrahieren extraire extrais extraer extrae estrai extrair wyodrębnij',
  classify:
    'classify classification categorize categorise categorization category categories sentiment klassifiziere classifie ' +
    'clasifica classifica spam entailment entails toxicity label labels rating polarity duplicate duplicates topics',
  rewrite:
    'rewrite rephrase paraphrase paraphrased reword proofread polish umformulieren umschreiben korrigiere reformule corrige ' +
    'reescribe riscrivi reescreva herschrijf popraw',
  translate:
    'translate translation translating übersetze übersetzen übersetzung traduis traduire traduction traduce traducir traduzca ' +
    'traduci traduzir traduza vertaal przetłumacz',
  code:
    'python javascript typescript java rust golang kotlin sql html css regex regexp bash dockerfile kubernetes yaml refactor ' +
    'debug stacktrace traceback segfault compiler unittest pytest npm async numpy pandas react programm',
  maths:
    'integral derivative equation equations polynomial theorem lemma matrix eigenvalue algebra modulo hypotenuse integers ' +
    'logarithm frac sqrt prove proof prime primes gleichung équation ecuación equazione',
  reasoning: 'puzzle riddle deduce infer syllogism houses logically',
  creative:
    'poem story haiku lyrics song limerick sonnet screenplay slogan tagline gedicht geschichte poème histoire poema cuento poesia',
};

const WEAK: Partial<Record<Task, string>> = {
  summarise: 'shorten bullet highlights overview takeaways title title abstract brief briefly short',
  extract: 'entities names dates find fields parse json list mention mentioned identify',
  classify:
    'topic positive negative class type choose options which intent true false yes no maybe either pick scale rate review satisfied recommend describes convey describe',
  rewrite: 'grammar formal tone improve simplify edit sentence same meaning equivalent correct version',
  translate:
    'english german french spanish italian portuguese chinese japanese deutsch englisch anglais inglés',
  code: 'code function script class method program bug error api variable array loop implement algorithm query database snippet test',
  maths:
    'calculate solve compute sum probability product ratio percent triangle angle area number remainder digits value',
  reasoning:
    'why reason analyze analyse compare evaluate plan strategy design step steps tradeoffs explain recommend decide assess',
  creative:
    'write imagine creative character fictional brainstorm ideas invent joke blog essay email letter speech',
  'grounded-question':
    'passage paragraph article context document text above below following according based excerpt answer',
  'open-question':
    'what who when where how which whose wer was wann wo wie quel quand comment qué cuándo dónde cómo',
  chat: 'hi hello hey thanks thank please help hallo danke bonjour merci hola gracias ciao',
};

/** Points of a word for a task. */
export interface Cue {
  /** Index into TASKS. */
  task: number;
  points: number;
}

/** One look-up a word: both lists together. */
export const CUES: ReadonlyMap<string, readonly Cue[]> = (() => {
  const cues = new Map<string, Cue[]>();
  for (const [lists, points] of [
    [STRONG, 2],
    [WEAK, 0.5],
  ] as const) {
    for (const [task, words] of Object.entries(lists)) {
      for (const word of words.split(' ')) {
        cues.set(word, [...(cues.get(word) ?? []), { task: TASKS.indexOf(task as Task), points }]);
      }
    }
  }
  return cues;
})();

/** For scripts that write no spaces between words. */
export const SPACELESS_CUES: readonly [RegExp, Task][] = [
  [/总结|摘要|概括|要約|まとめ|요약/, 'summarise'],
  [/翻译|翻譯|翻訳|번역/, 'translate'],
  [/改写|润色|書き直|고쳐/, 'rewrite'],
  [/提取|抽出|추출/, 'extract'],
  [/分类|分類|분류/, 'classify'],
  [/代码|函数|コード|코드/, 'code'],
];

/** Words of demanding subjects and instructions; each raises the difficulty. */
export const HARD_WORDS: ReadonlySet<string> = new Set(
  (
    'prove proof theorem optimal optimize optimise complexity concurrency distributed architecture tradeoff rigorous derive ' +
    'formal asymptotic legal contract diagnosis differential statute regression bayesian quantum thermodynamic molecular ' +
    'cryptographic consensus invariant deadlock numerically hypothesis counterexample justify critique synthesize multi ' +
    'constraints comprehensive detailed nuanced strategy evaluate integral eigenvalue polynomial isomorphic homomorphism'
  ).split(' '),
);
