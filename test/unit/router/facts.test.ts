// What is read from a request: task, difficulty, language, tokens, needs, headers, time.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { get_encoding } from 'tiktoken';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../contract/built-file.ts';
import type { ChatRequest } from '../../../contract/chat.ts';
import type { RequestFacts } from '../../../contract/policy.ts';
import type { FactsContext } from '../../../router/facts.ts';
import { gatherFacts } from '../../../router/facts.ts';
import { NO_NEEDS } from '../../support/routing-facts.ts';

const DATA = join(packageRoot, '../shared/data');
const reason = existsSync(DATA) ? '' : ' (skipped: there is no shared/data beside the repository)';

const CONTEXT: FactsContext = {
  requestId: 'r1',
  surface: 'openai',
  caller: 'anonymous',
  headers: {},
  now: new Date(2026, 10, 23, 9, 5, 7),
};
const NOTHING = { counts: {}, sensitivity: 'public' } as const;
const factsFor = (request: Partial<ChatRequest>, context: Partial<FactsContext> = {}): RequestFacts =>
  gatherFacts({ model: 'auto', messages: [], ...request }, { ...CONTEXT, ...context }, NOTHING);
const asked = (content: string, more: Partial<ChatRequest> = {}): RequestFacts =>
  factsFor({ messages: [{ role: 'user', content }], ...more });

/** Task, prompt, language. */
const PROMPTS: [task: string, prompt: string, language: string | null][] = [
  ['chat', 'hi', null],
  ['chat', 'Thanks, that was helpful!', 'en'],
  [
    'summarise',
    'Summarise this article in three sentences: The council met on Monday to discuss the new bridge over the river. After four hours of debate the members agreed to fund a study.',
    'en',
  ],
  [
    'summarise',
    'Can you give me a summary of the following text? The committee met on Tuesday and agreed on the budget for the next year.',
    'en',
  ],
  [
    'summarise',
    'Fasse den folgenden Text in zwei Sätzen zusammen: Der Rat hat am Montag getagt und über die neue Brücke gesprochen.',
    'de',
  ],
  [
    'summarise',
    'Résume le texte suivant en trois phrases : Le conseil a voté le budget hier soir après un long débat.',
    'fr',
  ],
  [
    'summarise',
    'Resume el siguiente texto en dos frases: El consejo aprobó el presupuesto ayer por la noche.',
    'es',
  ],
  ['summarise', '请总结以下文章：昨天委员会开会讨论了新的桥梁项目，并决定拨款。', 'zh'],
  ['translate', 'Translate to French: good morning', 'en'],
  ['translate', 'Translate the following sentence into German: "The weather is nice today."', 'en'],
  ['translate', 'Übersetze ins Englische: Guten Morgen, wie geht es Ihnen?', 'de'],
  ['translate', 'Traduis en anglais : Bonjour tout le monde', 'fr'],
  ['translate', 'Traduce al inglés: Buenos días a todos', 'es'],
  ['translate', '把这句话翻译成英文：今天天气很好。', 'zh'],
  ['extract', 'Extract all dates and names from this text: On 3 May Anna Berg met Tom Hill in Oslo.', 'en'],
  ['extract', 'Extrahiere alle Namen aus dem folgenden Text: Anna traf Tom am Montag in Oslo.', 'de'],
  ['extract', 'List all the email addresses mentioned in the following text: write to a or b.', 'en'],
  ['extract', 'Extrais les dates de ce texte : La réunion du 3 mai est reportée au 5 juin.', 'fr'],
  ['classify', 'Classify the sentiment of this review as positive or negative: I loved this film.', 'en'],
  ['classify', 'Is this message spam or not spam? "You have won a prize, click here"', 'en'],
  ['classify', 'Klassifiziere diese Bewertung als positiv oder negativ: Das Essen war kalt.', 'de'],
  [
    'classify',
    'Categorise each of these support tickets as billing, technical or other: my invoice is wrong',
    'en',
  ],
  ['rewrite', 'Rewrite this sentence in a more formal tone: hey, send me the report asap', 'en'],
  ['rewrite', 'Correct the grammar and spelling: he go to school yesterday and buyed a book', 'en'],
  ['rewrite', 'Reformule cette phrase de façon plus polie : envoie-moi le rapport.', 'fr'],
  ['code', 'Write a Python function that reverses a linked list.', 'en'],
  ['code', 'Fix this bug:\n```js\nfor (let i = 0; i <= a.length; i++) sum += a[i];\n```', 'en'],
  ['code', 'Schreibe eine Python-Funktion, die prüft, ob eine Zahl prim ist.', 'de'],
  ['code', 'Write an SQL query that returns the ten customers with the highest revenue.', 'en'],
  ['code', 'Écris une fonction JavaScript qui trie un tableau.', 'fr'],
  [
    'code',
    'Why does this code throw a NullPointerException?\n```java\nString s = null; s.length();\n```',
    'en',
  ],
  ['maths', 'Solve the equation 3x^2 - 5x + 2 = 0.', 'en'],
  ['maths', 'Prove that there are infinitely many primes.', 'en'],
  ['maths', 'What is the integral of x^2 sin(x) dx?', 'en'],
  ['maths', 'Berechne die Ableitung von f(x) = x^3 - 2x.', 'de'],
  ['maths', "Résous l'équation x^2 - 4 = 0.", 'fr'],
  [
    'reasoning',
    'Compare the advantages and disadvantages of nuclear and solar power and explain which is better for a small country.',
    'en',
  ],
  ['creative', 'Write a short poem about autumn.', 'en'],
  ['creative', 'Tell me a story about a dragon who is afraid of fire.', 'en'],
  ['creative', 'Schreibe ein Gedicht über den Herbst.', 'de'],
  ['creative', 'Écris un poème sur la mer.', 'fr'],
  ['creative', 'Escribe un cuento corto sobre un gato.', 'es'],
  ['open-question', 'What is the capital of Australia?', 'en'],
  ['open-question', 'Why is the sky blue?', 'en'],
  ['open-question', 'Wie funktioniert ein Kühlschrank?', 'de'],
  ['open-question', 'Qui a écrit Les Misérables ?', 'fr'],
  ['open-question', '日本の首都はどこですか？', 'ja'],
  ['open-question', 'Какая столица Австралии?', 'ru'],
];

/** What the cues miss today, by kind: they count for the share of right answers below, not one by one. */
const MISSED: [task: string, prompt: string, language: string][] = [
  // A greeting that is a question, a question about a word, a request without a known verb, a riddle, and a short
  // passage before its question read as plain questions or plain chat. All of them still start at Level 1.
  ['chat', 'Hello, how are you?', 'en'],
  ['chat', 'Bonjour, comment ça va ?', 'fr'],
  ['chat', 'Hallo, wie geht es dir heute?', 'de'],
  ['chat', 'Hola, ¿cómo estás?', 'es'],
  ['translate', 'How do you say "thank you" in Japanese?', 'en'],
  ['classify', 'Classe cet avis comme positif ou négatif : le film était superbe.', 'fr'],
  ['rewrite', 'Formuliere diesen Satz höflicher: Schick mir sofort den Bericht.', 'de'],
  [
    'rewrite',
    'Make this paragraph shorter and clearer: The thing that we wanted to say is that it is late.',
    'en',
  ],
  ['maths', 'Calculate 17% of 2,340.', 'en'],
  [
    'reasoning',
    'Three people sit in a row. Anna is left of Tom, and Tom is left of Eve. Who sits in the middle? Think step by step.',
    'en',
  ],
  [
    'reasoning',
    'If all bloops are razzies and all razzies are lazzies, are all bloops lazzies? Explain your reasoning.',
    'en',
  ],
  ['open-question', 'Explain how photosynthesis works.', 'en'],
  [
    'grounded-question',
    'Answer the question using only the context below.\n\nContext: The bridge was opened in 1932 and carries eight lanes.\n\nQuestion: When was the bridge opened?',
    'en',
  ],
  [
    'grounded-question',
    'Based on the following passage, who founded the company?\n\nPassage: The company was founded by Maria Lopez in 1984 in a small garage in Lyon.',
    'en',
  ],
  [
    'grounded-question',
    'Beantworte die Frage anhand des folgenden Textes.\n\nText: Die Brücke wurde 1932 eröffnet.\n\nFrage: Wann wurde die Brücke eröffnet?',
    'de',
  ],
];

describe('task and language', () => {
  it.each(PROMPTS)('%s: %s', (task, prompt, language) => {
    const facts = asked(prompt);
    expect(facts.task).toBe(task);
    // A short text may leave the language open, but never names a wrong one.
    expect([language, null]).toContain(facts.language);
  });

  it('are right for at least three quarters of these prompts, the missed ones counted', () => {
    const all = [...PROMPTS, ...MISSED];
    const right = all.filter(([task, prompt]) => asked(prompt).task === task).length;
    expect(right / all.length).toBeGreaterThan(0.75);
  });

  it('start no missed prompt above Level 1', () => {
    for (const [, prompt] of MISSED) expect(asked(prompt).difficulty).toBeLessThan(0.5);
  });

  it('a conversation inside a tool loop is an agent step', () => {
    const facts = factsFor({
      messages: [
        { role: 'user', content: 'What is the weather in Oslo?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'weather', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: '{"celsius": 4}' },
      ],
      tools: [{ type: 'function', function: { name: 'weather' } }],
    });
    expect(facts.task).toBe('agent-step');
  });

  /** Which of our tasks fit a label of the data set. */
  const FITTING: Record<string, string[]> = {
    simple_query: ['chat', 'open-question', 'maths', 'translate'],
    summarisation: ['summarise'],
    classification: ['classify', 'grounded-question', 'open-question'],
    question_answering: ['grounded-question', 'open-question', 'reasoning', 'classify', 'extract'],
    paraphrase: ['rewrite', 'classify', 'open-question', 'grounded-question'],
  };
  it.skipIf(reason !== '').each([
    ['tasks_banking77.jsonl', 'simple_query', 0.95],
    ['tasks_clinc150.jsonl', 'simple_query', 0.9],
    ['tasks_p3.jsonl', 'summarisation', 0.5],
    ['tasks_p3.jsonl', 'question_answering', 0.6],
  ])(`%s: %s, share of right tasks at least %f${reason}`, (file, label, floor) => {
    const lines = readFileSync(join(DATA, 'routing', file), 'utf8')
      .trimEnd()
      .split('\n');
    const rows = lines
      .map((line) => JSON.parse(line) as { prompt: string; task: string })
      .filter(({ task }) => task === label)
      // Every 7th: neighbours are alike.
      .filter((_, index) => index % 7 === 0);
    const right = rows.filter(({ prompt }) => FITTING[label]!.includes(asked(prompt).task)).length;
    const share = right / rows.length;
    console.log(`${file} ${label}: ${(100 * share).toFixed(1)} % of ${rows.length}`);
    expect(share).toBeGreaterThan(floor);
  });
});

describe('difficulty', () => {
  it('is between 0 and 1 and rises from small talk to a proof', () => {
    const rising = [
      'hi',
      'Write a Python function that reverses a linked list.',
      'Prove that there are infinitely many primes.',
    ].map((prompt) => asked(prompt).difficulty);
    expect(rising).toEqual([...rising].sort((a, b) => a - b));
    expect(rising[0]).toBeLessThan(0.2);
    expect(rising[2]).toBeGreaterThanOrEqual(0.5);
    for (const value of rising) expect(value >= 0 && value <= 1).toBe(true);
  });
});

describe('token estimate', () => {
  const texts = [
    'tinyshakespeare.txt',
    'tinystories_sample.txt',
    'wikitext-2/valid.txt',
    'canterbury/alice29.txt',
    'canterbury/asyoulik.txt',
    'qmsum/val.jsonl',
    'calibration_datav3.txt',
  ];
  it.skipIf(reason !== '').each(texts)(`is within 15 %% of o200k_base for %s${reason}`, (file) => {
    const encoding = get_encoding('o200k_base');
    try {
      const text = readFileSync(join(DATA, 'corpora', file), 'utf8').slice(0, 60_000);
      const exact = encoding.encode_ordinary(text).length;
      const ratio = asked(text).promptTokens / exact;
      expect(ratio).toBeGreaterThan(0.85);
      expect(ratio).toBeLessThan(1.15);
    } finally {
      encoding.free();
    }
  });

  it('counts every message, its parts, pictures and tools', () => {
    const one = factsFor({ messages: [{ role: 'user', content: 'hello there' }] }).promptTokens;
    const two = factsFor({
      messages: [
        { role: 'user', content: 'hello there' },
        { role: 'assistant', content: 'hello there' },
      ],
    }).promptTokens;
    expect(two).toBeGreaterThan(one + 4);
    const picture = factsFor({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'hello there' },
            { type: 'image_url', image_url: { url: 'x' } },
          ],
        },
      ],
    });
    expect(picture.promptTokens).toBeGreaterThan(one + 500);
    expect(picture.needs).toEqual({ ...NO_NEEDS, vision: true });
    const tools = [{ type: 'function', function: { name: 'f', description: 'x'.repeat(4000) } }];
    expect(asked('hello there', { tools }).promptTokens).toBeGreaterThan(one + 800);
  });
});

describe('time', () => {
  it('is bounded: a prompt of 2 MB costs little more than one of 100 KB', () => {
    const sentence = 'The council met on Monday, and 27 members discussed the bridge (again). ';
    const spent = (chars: number): number => {
      const content = sentence.repeat(Math.ceil(chars / sentence.length));
      const runs = Array.from({ length: 7 }, () => {
        const start = process.cpuUsage();
        for (let i = 0; i < 10; i += 1) asked(content);
        const { user, system } = process.cpuUsage(start);
        return user + system;
      });
      return Math.min(...runs);
    };
    spent(100_000);
    // Linear work would be 20 times as much.
    expect(spent(2_000_000) / spent(100_000)).toBeLessThan(5);
  });
});

describe('plain facts', () => {
  it('hold what the request says', () => {
    const facts = factsFor(
      {
        model: 'tier:2',
        stream: true,
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'hi' },
        ],
        max_tokens: 50,
        max_completion_tokens: 70,
      },
      { headers: { 'x-tiergate-policy': 'strict-privacy', 'x-team': 'legal' } },
    );
    expect(facts).toMatchObject({
      model: 'tier:2',
      stream: true,
      messageCount: 2,
      maxOutputTokens: 70,
      override: { tier: 2, policy: 'strict-privacy' },
      headers: { 'x-tiergate-policy': 'strict-privacy', 'x-team': 'legal' },
      time: { iso: '2026-11-23T09:05:07', hour: 9, weekday: 1 },
    });
    expect(asked('hi').maxOutputTokens).toBeNull();
  });

  it.each<[Partial<ChatRequest>, Partial<RequestFacts['needs']>]>([
    [{ tools: [{ type: 'function', function: { name: 'f' } }] }, { tools: true }],
    [{ tools: [{ type: 'function', function: { name: 'f' } }], tool_choice: 'none' }, {}],
    [{ tools: [] }, {}],
    [{ response_format: { type: 'json_object' } }, { jsonMode: true }],
    [{ response_format: { type: 'json_schema' } }, { jsonSchema: true }],
    [{ response_format: { type: 'text' } }, {}],
    [{ logprobs: true }, { logprobs: true }],
    [{ top_logprobs: 3 }, { logprobs: true }],
    [{ n: 2 }, { multipleChoices: true }],
    [{ n: 1 }, {}],
    [{ modalities: ['text', 'audio'] }, { audio: true }],
  ])('needs of %j', (request, needs) => {
    expect(asked('hi', request).needs).toEqual({ ...NO_NEEDS, ...needs });
  });

  it('never hold a credential', () => {
    const secret = 'do-not-keep';
    const names = [
      'authorization',
      'proxy-authorization',
      'cookie',
      'set-cookie',
      'x-api-key',
      'api-key',
      'x-apikey',
      'x-goog-api-key',
      'x-auth-token',
      'x-amz-security-token',
      'x-client-secret',
    ];
    const headers = Object.fromEntries(names.map((name) => [name, secret]));
    const facts = factsFor({}, { headers: { ...headers, 'user-agent': 'curl' } });
    expect(facts.headers).toEqual({ 'user-agent': 'curl' });
    expect(JSON.stringify(facts)).not.toContain(secret);
  });

  it('are made of any odd but valid conversation', () => {
    for (const messages of [
      [],
      [{ role: 'user' as const }],
      [{ role: 'user' as const, content: null }],
      [{ role: 'user' as const, content: [] }],
      [{ role: 'assistant' as const, content: 'only me' }],
      [{ role: 'user' as const, content: '\ud800\u0000\u202e' }],
    ]) {
      const { promptTokens, difficulty } = factsFor({ messages });
      expect(Number.isFinite(promptTokens) && promptTokens >= 0).toBe(true);
      expect(difficulty >= 0 && difficulty <= 1).toBe(true);
    }
  });
});
