import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  ChatChunk,
  ChatCompletion,
  ChatDelta,
  ChatEvent,
  ChatMessage,
  EventBatches,
} from '../../../../contract/chat.ts';
import { MAX_PLACEHOLDER_LENGTH } from '../../../../policies/privacy/placeholders.ts';
import { restoreCompletion, restoreEvents } from '../../../../policies/privacy/restore.ts';
import type { RestoreReport } from '../../../../policies/privacy/restore-text.ts';
import { emptyVault, Vault } from '../../../../policies/privacy/vault.ts';
import { vaultEntry as entry, restoreText } from '../../../support/vault.ts';

const HARD = 'a "quoted" \\ back\nline';
const vault = new Vault([
  entry('EMAIL', 1, 'jo@example.org'),
  entry('EMAIL', 12, 'anna@example.com'),
  entry('US_SSN', 1, '219-09-9998'),
  entry('PRIVATE_KEY', 1, HARD),
]);

const restore = (text: string): string => restoreText(text, vault);

const completion = (...messages: Omit<ChatMessage, 'role'>[]): ChatCompletion => ({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: messages.map((message, index) => ({
    index,
    finish_reason: 'stop',
    message: { role: 'assistant', ...message },
  })),
});

const chunk = (index: number, delta: ChatDelta, finish: string | null = null): ChatEvent => {
  const body: ChatChunk = {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index, delta, finish_reason: finish }],
  };
  return { chunk: body, raw: JSON.stringify(body) };
};

/** In batches of one, two and three events by turns. */
async function* stream(events: readonly ChatEvent[]): AsyncGenerator<ChatEvent[]> {
  for (let at = 0, size = 1; at < events.length; at += size, size = (size % 3) + 1)
    yield events.slice(at, at + size);
}

async function collect(batches: EventBatches): Promise<ChatEvent[]> {
  const all: ChatEvent[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

/** What a client puts together, per choice and text; and that nothing comes after a choice's finish. */
function assemble(events: readonly ChatEvent[]): Record<string, string> {
  const texts: Record<string, string> = {};
  const finished = new Set<number>();
  for (const { chunk: body, raw } of events) {
    if (raw !== undefined) expect(JSON.parse(raw)).toEqual(body);
    for (const { index, delta, finish_reason: finish } of body.choices) {
      expect(finished.has(index)).toBe(false);
      for (const [key, value] of Object.entries(delta)) {
        if (typeof value === 'string' && key !== 'role')
          texts[`${index} ${key}`] = (texts[`${index} ${key}`] ?? '') + value;
      }
      for (const call of delta.tool_calls ?? []) {
        const name = `${index} call ${call.index}`;
        texts[name] = (texts[name] ?? '') + (call.function?.arguments ?? '');
      }
      if (finish) finished.add(index);
    }
  }
  return texts;
}

describe('restorePiece', () => {
  it.each([
    ['[EMAIL_1]', 'jo@example.org'],
    ['[email_1] [Email 1] [EMAIL-1] [EMAIL1] [ EMAIL_1 ]', Array(5).fill('jo@example.org').join(' ')],
    ['\\[EMAIL\\_1\\], **[EMAIL_12]**', 'jo@example.org, **anna@example.com**'],
    ["[EMAIL_1]'s [us ssn 1]", "jo@example.org's 219-09-9998"],
    ['[[EMAIL_1]](mailto:[EMAIL_1])', '[jo@example.org](mailto:jo@example.org)'],
    ['C:\\[EMAIL_1]\\x', 'C:\\jo@example.org\\x'],
    ['[EMAIL_01]', 'jo@example.org'],
    ['EMAIL_1, "EMAIL_12" and US_SSN_1.', 'jo@example.org, "anna@example.com" and 219-09-9998.'],
    ['[**EMAIL_1**] `[EMAIL_1]` [*EMAIL\\_1*]', 'jo@example.org `jo@example.org` jo@example.org'],
    [
      '&lsqb;EMAIL_1&rsqb; &#91;EMAIL&#95;1&#93; &lt;EMAIL_1&gt;',
      'jo@example.org jo@example.org jo@example.org',
    ],
    ['<EMAIL_1> 【EMAIL_1】 «EMAIL_1» ［ＥＭＡＩＬ＿１］', Array(4).fill('jo@example.org').join(' ')],
    ["[EMAIL_1's] [EMAIL_1’s]", "jo@example.org's jo@example.org’s"],
    [
      '[Correo electrónico 1] [ПОЧТА_1] [メール_1] [邮箱1] [이메일 1]',
      Array(5).fill('jo@example.org').join(' '),
    ],
    ['[EMAIL_1b]', 'jo@example.org'],
    ['[EM\u200bAIL_1]', 'jo@example.org'],
  ])('restores %j', (text, expected) => {
    expect(restore(text)).toBe(expected);
  });

  it.each([
    'Email_1 email_1 EMAIL1',
    'EMAIL_1 = 5',
    'const EMAIL_1=x',
    '$EMAIL_1 foo(EMAIL_1(2)',
    'EMAIL_13',
    '[EMAIL_2]',
    '[EMAIL_]',
    '[EMAIL_1',
    '[EMAILS_1]',
    '[PHONE_1]',
    '[EMAIL_1 1]',
    '[x] [EMAIL 1 of 2]',
    '[E\nMAIL_1]',
  ])('leaves %j alone', (text) => {
    expect(restore(text)).toBe(text);
  });

  it('counts what it restored and what it did not know', () => {
    const report: RestoreReport = { restored: 0, unknown: 0 };
    restoreText('[EMAIL_1] [EMAIL_7] [PHONE_1] [us-ssn 1]', vault, 'text', report);
    expect(report).toEqual({ restored: 2, unknown: 1 });
  });
});

describe('restoreCompletion', () => {
  it('restores every text of every choice', () => {
    const call = (json: string) => ({
      id: 'call_1',
      type: 'function',
      function: { name: 'f', arguments: json },
    });
    const before = completion(
      {
        content: 'mail [EMAIL_1]',
        reasoning_content: 'so [EMAIL_1]',
        tool_calls: [call('{"k":"[PRIVATE_KEY_1]!"}')],
      },
      {
        content: null,
        refusal: 'not [EMAIL_12]',
        function_call: { name: 'f', arguments: '["[PRIVATE_KEY_1]"]' },
      },
      { content: [{ type: 'text', text: '[EMAIL_1]' }] },
    );
    const [first, second, third] = restoreCompletion(before, vault).choices.map((choice) => choice.message);
    expect(first).toMatchObject({ content: 'mail jo@example.org', reasoning_content: 'so jo@example.org' });
    expect(JSON.parse(first?.tool_calls?.[0]?.function?.arguments ?? '')).toEqual({ k: `${HARD}!` });
    expect(second).toMatchObject({ content: null, refusal: 'not anna@example.com' });
    const legacy = second?.['function_call'] as { arguments: string } | undefined;
    expect(JSON.parse(legacy?.arguments ?? '')).toEqual([HARD]);
    expect(third?.content).toEqual([{ type: 'text', text: 'jo@example.org' }]);
    expect(before.choices[0]?.message.content).toBe('mail [EMAIL_1]');
  });

  it('gives the same object back when there is nothing to restore', () => {
    const answer = completion({ content: 'see [1] and [EMAIL_9]' });
    expect(restoreCompletion(answer, vault)).toBe(answer);
    expect(restoreCompletion(answer, emptyVault)).toBe(answer);
  });

  it('escapes values inside content that was asked for as JSON', () => {
    const json = new Vault([entry('PRIVATE_KEY', 1, HARD)], true);
    const content = restoreCompletion(completion({ content: '{"k":"[PRIVATE_KEY_1]"}' }), json).choices[0]
      ?.message.content;
    expect(JSON.parse(content as string)).toEqual({ k: HARD });
  });
});

describe('restoreEvents', () => {
  it('gives the events themselves back when the vault is empty', () => {
    const events = stream([]);
    expect(restoreEvents(events, emptyVault)).toBe(events);
  });

  it('passes untouched events on as the same objects', async () => {
    const events = [
      chunk(0, { role: 'assistant', content: '' }),
      chunk(0, { content: 'plain' }),
      chunk(0, {}, 'stop'),
    ];
    const after = await collect(restoreEvents(stream(events), vault));
    after.forEach((event, i) => {
      expect(event).toBe(events[i]);
    });
    expect(after).toHaveLength(3);
  });

  it('restores a placeholder cut at every pair of places, before the finish or at an end without one', async () => {
    const text = 'Hi [EMAIL_12]\\[us\\_ssn 1\\][';
    for (let a = 0; a <= text.length; a += 1) {
      for (let b = a; b <= text.length; b += 1) {
        const pieces = [text.slice(0, a), text.slice(a, b), text.slice(b)].map((content) =>
          chunk(0, { content }),
        );
        for (const end of [[], [chunk(0, {}, 'stop')], [chunk(0, { content: '' }, 'length')]]) {
          const after = await collect(restoreEvents(stream([...pieces, ...end]), vault));
          expect(assemble(after)['0 content']).toBe('Hi anna@example.com219-09-9998[');
        }
      }
    }
  });

  it('gives the restoration of the whole, for any texts, cuts and mixture of choices and channels', async () => {
    const part = fc.oneof(
      fc.constantFrom(
        '[EMAIL_1]',
        '[EMAIL_12]',
        '[email 12]',
        '\\[US\\_SSN\\_1\\]',
        '[PRIVATE_KEY_1]',
        '[EMAIL_3]',
        '[EM',
        '[',
        '\\',
        ']',
        '[[',
      ),
      fc.string({ maxLength: 6 }),
    );
    const channel = fc.constantFrom('content', 'reasoning_content', 'refusal', 'call 0', 'call 1');
    const source = fc.record({
      choice: fc.nat(1),
      channel,
      text: fc.array(part, { maxLength: 6 }).map((parts) => parts.join('')),
      cuts: fc.array(fc.nat(60), { maxLength: 8 }),
    });
    const key = ({ choice, channel: name }: { choice: number; channel: string }): string =>
      `${choice} ${name}`;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(source, { selector: key, maxLength: 5 }),
        fc.array(fc.nat(99), { minLength: 1, maxLength: 30 }),
        fc.boolean(),
        async (sources, order, hasFinish) => {
          const queues = sources.map(({ choice, channel: name, text, cuts }) => {
            const places = [
              ...new Set([0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length]),
            ].sort((a, b) => a - b);
            return places.slice(1).map((end, i) => {
              const piece = text.slice(places[i], end);
              return name.startsWith('call')
                ? chunk(choice, {
                    tool_calls: [{ index: Number(name.slice(5)), function: { arguments: piece } }],
                  })
                : chunk(choice, { [name]: piece });
            });
          });
          const events: ChatEvent[] = [];
          for (let step = 0; queues.some((queue) => queue.length > 0); step += 1) {
            const open = queues.filter((queue) => queue.length > 0);
            events.push(open[(order[step % order.length] as number) % open.length]?.shift() as ChatEvent);
          }
          if (hasFinish)
            for (const choice of new Set(sources.map((one) => one.choice)))
              events.push(chunk(choice, {}, 'stop'));

          const texts = assemble(await collect(restoreEvents(stream(events), vault)));
          for (const one of sources) {
            const encoding = one.channel.startsWith('call') ? 'json' : 'text';
            expect(texts[key(one)] ?? '').toBe(restoreText(one.text, vault, encoding));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('never holds more back than one placeholder', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('[', 'E', 'MAIL', '_', '1', ' ', '\\', ']', 'see [EMAIL', 'x'), {
          maxLength: 60,
        }),
        async (pieces) => {
          let sent = 0;
          let received = 0;
          async function* source(): AsyncGenerator<ChatEvent[]> {
            for (const piece of pieces) {
              sent += piece.length;
              yield [chunk(0, { content: piece })];
            }
          }
          const plain = new Vault([entry('EMAIL', 99, 'x')]); // nothing is issued under the numbers above: lengths stay
          for await (const batch of restoreEvents(source(), plain)) {
            for (const { chunk: body } of batch) received += body.choices[0]?.delta.content?.length ?? 0;
            expect(sent - received).toBeLessThanOrEqual(MAX_PLACEHOLDER_LENGTH);
          }
          expect(received).toBe(sent);
        },
      ),
    );
  });

  it('keeps tool arguments valid JSON whatever the values hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.array(fc.nat(40), { maxLength: 5 }),
        async (value, cuts) => {
          const one = new Vault([entry('API_KEY', 1, value)]);
          const text = '[["x [API_KEY_1]"],{"[API_KEY_1]":"\\n"}]';
          const places = [...new Set([0, ...cuts, text.length])].sort((a, b) => a - b);
          const events = places
            .slice(1)
            .map((end, i) =>
              chunk(0, { tool_calls: [{ index: 0, function: { arguments: text.slice(places[i], end) } }] }),
            );
          const texts = assemble(await collect(restoreEvents(stream(events), one)));
          const [list, object] = JSON.parse(texts['0 call 0'] as string) as [string[], object];
          expect(list).toEqual([`x ${value}`]);
          expect(Object.entries(object)).toEqual([[value, '\n']]);
        },
      ),
    );
  });

  it('gives out what it held back before it passes an error on', async () => {
    async function* failing(): AsyncGenerator<ChatEvent[]> {
      yield [chunk(0, { content: 'a [EMA' })];
      throw new Error('cut');
    }
    const got: ChatEvent[] = [];
    await expect(async () => {
      for await (const batch of restoreEvents(failing(), vault)) got.push(...batch);
    }).rejects.toThrow('cut');
    expect(assemble(got)['0 content']).toBe('a [EMA');
  });

  it('closes the source when its reader stops', async () => {
    let closed = false;
    async function* endless(): AsyncGenerator<ChatEvent[]> {
      try {
        for (;;) yield [chunk(0, { content: '[EMAIL_1]' })];
      } finally {
        closed = true;
      }
    }
    for await (const [event] of restoreEvents(endless(), vault)) {
      expect(event!.chunk.choices[0]?.delta.content).toBe('jo@example.org');
      break;
    }
    expect(closed).toBe(true);
  });
});
