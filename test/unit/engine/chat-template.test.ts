import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../contract/chat.ts';
import { createChatTemplate } from '../../../engine/chat-template.ts';

const template = (source: string, hasChatMl = false) =>
  createChatTemplate({
    source,
    bosToken: '<s>',
    eosToken: '</s>',
    hasChatMl,
    now: () => new Date(2026, 0, 5, 9, 3, 7),
  });

const user = (content: ChatMessage['content']): ChatMessage => ({ role: 'user', content: content ?? null });

describe('chat template', () => {
  it('uses ChatML for a file without a template whose vocabulary has its tokens', () => {
    const chatMl = template('', true);
    expect(chatMl.kind).toBe('chatml');
    expect(chatMl.prompt({ messages: [{ role: 'system', content: 'Be brief.' }, user('Hi')] })).toBe(
      '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    );
  });

  it('gives a base model a single user message as it is, and a conversation as a transcript', () => {
    const plain = template('');
    expect(plain.kind).toBe('plain');
    expect(plain.prompt({ messages: [user('Once upon a time')] })).toBe('Once upon a time');
    expect(plain.prompt({ messages: [{ role: 'system', content: 'Facts.' }, user('Why?')] })).toBe(
      'Facts.\n\nWhy?',
    );
    expect(
      plain.prompt({ messages: [user('Hi'), { role: 'assistant', content: 'Hello' }, user('Bye')] }),
    ).toBe('User: Hi\nAssistant: Hello\nUser: Bye\nAssistant:');
  });

  it('joins text parts and refuses images by their place', () => {
    const echo = template('{{ messages[0].content }}');
    expect(
      echo.prompt({
        messages: [
          user([
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ]),
        ],
      }),
    ).toBe('ab');
    expect(echo.prompt({ messages: [user(null)] })).toBe('');
    expect(() => echo.prompt({ messages: [user([{ type: 'image_url', image_url: { url: 'x' } }])] })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_FEATURE', param: 'messages[0].content[0]' }),
    );
  });

  it("passes the template's own refusal on as the client's error", () => {
    const strict = template(
      "{% if messages|length > 1 %}{{ raise_exception('One message only') }}{% endif %}ok",
    );
    expect(() => strict.prompt({ messages: [user('a'), user('b')] })).toThrow(
      expect.objectContaining({
        code: 'INVALID_REQUEST',
        message: expect.stringContaining('One message only'),
      }),
    );
  });

  it('names a template that cannot be parsed or rendered', () => {
    const unsupported = expect.objectContaining({ code: 'UNSUPPORTED_FEATURE' });
    expect(() => template('{% if %}')).toThrow(unsupported);
    expect(() => template("{{ 'a' | nosuchfilter }}").prompt({ messages: [user('a')] })).toThrow(unsupported);
  });

  it('puts system text before the first user message where the template has no system role', () => {
    const messages: ChatMessage[] = [{ role: 'system', content: 'Be kind.' }, user('Hi')];
    const loop = (body: string) => `{% for message in messages %}${body}{% endfor %}`;
    const turn = "{{ '[' + message.role + ':' + message.content + ']' }}";
    const refusing = loop(
      `{% if message.role == 'system' %}{{ raise_exception('no system') }}{% endif %}${turn}`,
    );
    const dropping = loop(`{% if message.role == 'user' %}${turn}{% endif %}`);
    expect(template(refusing).prompt({ messages })).toBe('[user:Be kind.\nHi]');
    expect(template(dropping).prompt({ messages })).toBe('[user:Be kind.\nHi]');
    expect(template(loop(turn)).prompt({ messages })).toBe('[system:Be kind.][user:Hi]');
  });

  it('calls a developer message a system message unless the template knows developers', () => {
    const messages: ChatMessage[] = [{ role: 'developer', content: 'x' }, user('Hi')];
    const roles = "{% for message in messages %}{{ message.role + ':' + message.content + ' ' }}{% endfor %}";
    expect(template(roles).prompt({ messages })).toBe('system:x user:Hi ');
    expect(template(`{# developer #}${roles}`).prompt({ messages })).toBe('developer:x user:Hi ');
  });

  it('hands tool-call arguments over as objects, or as text where the template joins text', () => {
    const call = { id: '1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } };
    const messages: ChatMessage[] = [user('go'), { role: 'assistant', content: null, tool_calls: [call] }];
    const each = (written: string) =>
      `{% for message in messages %}{% for call in message.tool_calls %}${written}{% endfor %}{% endfor %}`;
    const prompt = (written: string) => template(each(written)).prompt({ messages });
    expect(prompt('{{ call.function.arguments | tojson }}')).toBe('{"a": 1}');
    expect(prompt("{{ 'args: ' + call.function.arguments }}")).toBe('args: {"a":1}');
    // As an object it would be Python's {'a': 1}, which is no JSON.
    expect(prompt('{{ call.function.arguments }}')).toBe('{"a":1}');
  });

  it('knows the special tokens, the date and extra variables, which cannot replace the standard ones', () => {
    const all = template(
      "{{ bos_token }}{{ eos_token }} {{ strftime_now('%d %b %Y %-H:%M:%S %j') }} {{ enable_thinking }} {{ add_generation_prompt }}",
    );
    const variables = { enable_thinking: false, bos_token: 'evil' };
    expect(all.prompt({ messages: [user('x')], variables, addGenerationPrompt: false })).toBe(
      '<s></s> 05 Jan 2026 9:03:07 005 False False',
    );
  });

  it('treats missing sequences as empty, and has select and reject', () => {
    const render = (source: string) => template(source).render({ messages: [] });
    expect(render('{% for tool in tools %}x{% else %}none{% endfor %}')).toBe('none');
    expect(render("{{ none | selectattr('a') | list | length }}")).toBe('0');
    expect(render("{{ ['a', 'b', 'a'] | reject('equalto', 'a') | join(',') }}")).toBe('b');
    expect(render("{{ ['a', 'b', 'a'] | select('equalto', 'a') | join(',') }}")).toBe('a,a');
    expect(render("{{ true | string }} {{ ['it', \"it's\"] | string }} {{ range(3) | join(',') }}")).toBe(
      "True ['it', \"it's\"] 0,1,2",
    );
  });
});
