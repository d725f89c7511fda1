// Conversations with tools through templates of every kind of ability: small templates that read what real ones read.
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../contract/chat.ts';
import { createChatTemplate } from '../../../engine/chat-template.ts';

const chat = (source: string) => createChatTemplate({ source, bosToken: '', eosToken: '', hasChatMl: false });
const loop = (body: string) => `{% for m in messages %}${body}{% endfor %}`;

const parameters = { type: 'object', properties: { city: { type: 'string' } } };
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'Weather.', parameters } }];
const call = (id: string, city: string) => ({
  id,
  type: 'function',
  function: { name: 'get_weather', arguments: JSON.stringify({ city }) },
});
const user: ChatMessage = { role: 'user', content: 'Weather?' };
const calling = (...calls: ReturnType<typeof call>[]): ChatMessage => ({
  role: 'assistant',
  content: null,
  tool_calls: calls,
});
const result = (tool_call_id: string, content: string): ChatMessage => ({
  role: 'tool',
  tool_call_id,
  content,
});

const TURN = '[{{ m.role }}]{{ m.content }}';
const CALLS =
  '{% for c in m.tool_calls %}<tool_call>{{ c.function.name }} {{ c.function.arguments | tojson }}</tool_call>{% endfor %}';

describe('tools reach the prompt', () => {
  it.each([
    ['by the variable tools', `{{ tools | tojson }}<tool_call>${loop(TURN)}`],
    ['by the variable xml_tools', `{{ xml_tools | string }}<tool_call>${loop(TURN)}`],
    ['in a system message', loop(`${TURN}{% if 'tools' in m %}<|tool|>{{ m.tools }}<|/tool|>{% endif %}`)],
  ])('%s', (_, source) => {
    const template = chat(source);
    expect(template.answerFormat.isGeneric).toBe(false);
    const prompt = template.prompt({ messages: [user], tools });
    expect(prompt).toContain('get_weather');
    expect(prompt).not.toContain('You may call functions');
  });

  it.each([
    ['a template that knows none', loop(TURN)],
    ['a template without a system role', loop("{% if m.role == 'user' %}[user]{{ m.content }}{% endif %}")],
    ['a template whose form nobody reads', `{{ tools | tojson }}${loop(TURN)}`],
    ['no template', ''],
  ])('as words of ours with %s', (_, source) => {
    const template = chat(source);
    expect(template.answerFormat.isGeneric).toBe(true);
    const prompt = template.prompt({ messages: [{ role: 'system', content: 'Be brief.' }, user], tools });
    expect(prompt).toMatch(/Be brief\.\n\nYou may call functions.*"name":"get_weather".*Weather\?/s);
    expect(template.prompt({ messages: [user] })).not.toContain('You may call functions');
  });

  it('also where the template takes a description and parameters for granted', () => {
    const source = `<tool_call>{% for t in tools %}{{ t.function.name + ': ' + t.function.description }}{% for p, f in t.function.parameters.properties | items %}{{ p }}{% endfor %}{% endfor %}${loop(TURN)}`;
    const bare = [{ type: 'function', function: { name: 'now' } }];
    expect(chat(source).prompt({ messages: [user], tools: bare })).toContain('now: ');
  });
});

describe('earlier calls and results', () => {
  const turns = [user, calling(call('call_abc', 'Paris')), result('call_abc', 'sunny')];

  it('are rendered by the template', () => {
    expect(chat(loop(TURN + CALLS)).prompt({ messages: turns })).toBe(
      '[user]Weather?[assistant]<tool_call>get_weather {"city": "Paris"}</tool_call>[tool]sunny',
    );
  });

  it('become text where the template renders none, in the form of its family', () => {
    const plain = loop("{% if m.role in ['user', 'assistant'] %}[{{ m.role }}]{{ m.content }}{% endif %}");
    expect(chat(plain).prompt({ messages: turns })).toBe(
      '[user]Weather?[assistant]<tool_call>\n{"name": "get_weather", "arguments": {"city":"Paris"}}\n</tool_call>[user]<tool_response>\nsunny\n</tool_response>',
    );
    expect(chat(`{{ tools }}<|tool_list_start|>${loop(TURN)}`).prompt({ messages: turns })).toContain(
      '[assistant]<|tool_call_start|>[get_weather(city="Paris")]<|tool_call_end|>[tool]sunny',
    );
    expect(chat('').prompt({ messages: [...turns, user] })).toContain('Assistant: <tool_call>');
  });

  it('several results become one message of the user', () => {
    const plain = loop("{% if m.role != 'tool' %}[{{ m.role }}]{{ m.content }}{% endif %}");
    const both = [
      user,
      calling(call('a', 'Paris'), call('b', 'Rome')),
      result('a', 'sunny'),
      result('b', 'raining'),
    ];
    expect(chat(plain).prompt({ messages: both })).toMatch(
      /\[user\]<tool_response>\nsunny\n<\/tool_response>\n<tool_response>\nraining\n<\/tool_response>$/,
    );
  });

  it('are taken apart where a message may hold one call, each with its own result', () => {
    const single = loop(
      `{% if m.tool_calls and m.tool_calls | length > 1 %}{{ raise_exception('one call') }}{% endif %}${TURN}${CALLS}`,
    );
    const messages = [
      user,
      { ...calling(call('a', 'Paris'), call('b', 'Rome')), content: 'Two.' },
      result('b', 'raining'),
      result('a', 'sunny'),
      user,
    ];
    expect(chat(single).prompt({ messages })).toBe(
      '[user]Weather?[assistant]Two.<tool_call>get_weather {"city": "Paris"}</tool_call>[tool]sunny' +
        '[assistant]<tool_call>get_weather {"city": "Rome"}</tool_call>[tool]raining[user]Weather?',
    );
  });

  it('get ids of nine letters and digits where the template wants such, the same for call and result', () => {
    const mistral = loop(
      `{% if m.tool_calls and m.tool_calls[0].id | length != 9 %}{{ raise_exception('9') }}{% endif %}[{{ m.role }}]{{ m.content }}{% for c in m.tool_calls %}{{ c.function.arguments | tojson }}#{{ c.id }}#{% endfor %}{% if m.tool_call_id %}#{{ m.tool_call_id }}#{% endif %}`,
    );
    const ids = [
      ...chat(mistral)
        .prompt({ messages: turns })
        .matchAll(/#(\w+)#/g),
    ].map((match) => match[1]);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toMatch(/^[a-z0-9]{9}$/);
    expect(ids[0]).toBe(ids[1]);
  });

  it('leave no empty fields behind for templates that ask whether a field is there', () => {
    const strict = loop(
      "{{ m.role }}{% if 'tool_calls' in m %}!{% endif %}{% if 'reasoning_content' in m %}?{% endif %}",
    );
    const empty = {
      role: 'assistant',
      content: 'Hi',
      tool_calls: [],
      reasoning_content: null,
    } as ChatMessage;
    expect(chat(strict).prompt({ messages: [user, empty] })).toBe('userassistant');
  });
});

describe('earlier thoughts', () => {
  const thoughtful = (field: string): ChatMessage[] => [
    user,
    { role: 'assistant', content: 'Sunny.', [field]: 'It is June.' },
    user,
  ];

  it.each([
    ['reasoning_content', '{{ m.reasoning_content }}|'],
    ['thinking', '{{ m.thinking }}|'],
    [
      'typed parts',
      '{% if m.content is not string %}{% for p in m.content %}{{ p.thinking or p.text }}|{% endfor %}{% endif %}',
    ],
  ])('go to the template as %s', (_, read) => {
    const source = loop(`${read}{{ m.content if m.content is string else '' }}`);
    for (const field of ['reasoning_content', 'reasoning']) {
      expect(chat(source).prompt({ messages: thoughtful(field) })).toContain('It is June.|');
    }
  });

  it('are left out where the template shows none', () => {
    expect(chat(loop(TURN)).prompt({ messages: thoughtful('reasoning_content') })).toBe(
      '[user]Weather?[assistant]Sunny.[user]Weather?',
    );
  });

  it('of a template as gpt-oss has it go before their calls, one call a message', () => {
    const harmony = loop(
      "{% if 'tool_calls' in m %}{% set c = m.tool_calls[0].function %}{% if m.content and m.thinking %}{{ raise_exception('both') }}{% endif %}{% if m.thinking %}<|channel|>analysis<|message|>{{ m.thinking }}<|end|>{% endif %}to={{ c.name }}<|message|>{{ c.arguments | tojson }}<|call|>{% else %}{{ m.role }}:{{ m.content }}|{% endif %}",
    );
    const template = chat(harmony);
    expect(template.answerFormat).toMatchObject({ reasoning: null, isGeneric: false });
    const calls = { ...calling(call('a', 'Paris'), call('b', 'Rome')), reasoning_content: 'Two.' };
    const empty = { role: 'assistant', content: 'Hi', tool_calls: [] } as ChatMessage;
    const messages = [user, empty, user, calls, result('a', 'sunny'), result('b', 'raining')];
    expect(template.prompt({ messages })).toBe(
      'user:Weather?|assistant:Hi|user:Weather?|<|channel|>analysis<|message|>Two.<|end|>to=get_weather<|message|>{"city": "Paris"}<|call|>' +
        'tool:sunny|to=get_weather<|message|>{"city": "Rome"}<|call|>tool:raining|',
    );
  });

  it('and the text of a call are one where the template refuses both', () => {
    const harmony = loop(
      `{% if m.tool_calls %}{% if m.content and m.thinking %}{{ raise_exception('both') }}{% endif %}{{ m.thinking }}{% endif %}${TURN}${CALLS}`,
    );
    const messages = [
      user,
      { ...calling(call('a', 'Paris')), content: 'Wait.', reasoning_content: 'Hm.' },
      result('a', 'x'),
    ];
    expect(chat(harmony).prompt({ messages })).toContain('Hm.\nWait.[assistant]<tool_call>');
  });
});
