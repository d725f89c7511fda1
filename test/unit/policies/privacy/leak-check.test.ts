import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../../contract/chat.ts';
import { inspectRequest } from '../../../../policies/privacy/conversation.ts';
import { createLeakCheck } from '../../../../policies/privacy/leak-check.ts';
import { redactRequest } from '../../../../policies/privacy/redact.ts';
import { emptyVault, Vault } from '../../../../policies/privacy/vault.ts';
import { vaultEntry } from '../../../support/vault.ts';

const vaultOf = (type: string, value: string): Vault => new Vault([vaultEntry(type, 1, value)]);

describe('createLeakCheck', () => {
  it('names the type of a value that is still in the body, never the value', () => {
    const reason = createLeakCheck(vaultOf('PHONE', '+49 30 901820'))('{"content":"call +49 30 901820"}');
    expect(reason).toBe('a redacted value of type PHONE is still in the outgoing body');
  });

  it('finds a value in every spelling a serialiser could give it', () => {
    const value = 'pä"ss\\wo\nrd/1';
    const check = createLeakCheck(vaultOf('URL_CREDENTIALS', value));
    const once = JSON.stringify({ content: `x ${value}` });
    const ascii = once.replace(
      /[^\x20-\x7e]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    for (const body of [
      once,
      JSON.stringify({ arguments: once }),
      ascii,
      JSON.stringify({ a: ascii }),
      once.replace('/', '\\/'),
    ]) {
      expect(check(body)).toContain('URL_CREDENTIALS');
    }
  });

  it('finds addresses whatever their case, and values right behind a line break', () => {
    expect(createLeakCheck(vaultOf('EMAIL', 'Jo@Example.org'))('{"a":"JO@EXAMPLE.ORG"}')).toContain('EMAIL');
    expect(createLeakCheck(vaultOf('PHONE', '4155550132'))(JSON.stringify({ a: 'x\n4155550132' }))).toContain(
      'PHONE',
    );
    expect(createLeakCheck(vaultOf('PHONE', '4155550132'))(JSON.stringify({ a: 'n4155550132' }))).toBeNull();
  });

  it('finds a strong secret that nobody redacted, and lets media and placeholders pass', () => {
    const check = createLeakCheck(emptyVault);
    expect(check('{"a":"AKIA4QZX7LMNP2RSTUVW"}')).toBe(
      'the outgoing body holds an unredacted value of type API_KEY',
    );
    expect(check('{"a":"4111 1111 1111 1111"}')).toContain('CREDIT_CARD');
    expect(check('{"a":"[API_KEY_1] jo@example.org"}')).toBeNull();
    expect(check(`{"url":"data:image/png;base64,${'AKIA4QZX7LMNP2RSTUVW/'.repeat(40)}"}`)).toBeNull();
    expect(
      createLeakCheck(emptyVault, { types: new Set(['IBAN']) })('{"a":"AKIA4QZX7LMNP2RSTUVW"}'),
    ).toBeNull();
  });

  it('looks for no secret in texts that were looked at, as far as they stand in the body, and for values everywhere', () => {
    const text =
      'The key of the old house was "AKIA4QZX7LMNP2RSTUVW",\nthe one of the new house is in the post.';
    const other = 'Another key is AKIA4QZX7LMNP2RSTUVX and it is still in use, so nobody may get to know it.';
    const body = JSON.stringify({ messages: [{ content: text }, { content: 'x' }] });
    expect(createLeakCheck(emptyVault)(body)).toContain('API_KEY');
    expect(createLeakCheck(emptyVault, { looked: [text] })(body)).toBeNull();
    expect(createLeakCheck(emptyVault, { looked: [other] })(body)).toContain('API_KEY');
    const both = JSON.stringify({ messages: [{ content: text }, { content: other }] });
    expect(createLeakCheck(emptyVault, { looked: [text] })(both)).toContain('API_KEY');
    expect(createLeakCheck(emptyVault, { looked: [text, other] })(both)).toBeNull();
    const changed = JSON.stringify({ messages: [{ content: `${text}.`.replace('new', 'newer') }] });
    expect(createLeakCheck(emptyVault, { looked: [text] })(changed)).toContain('API_KEY');
    const vault = vaultOf('API_KEY', 'AKIA4QZX7LMNP2RSTUVW');
    expect(createLeakCheck(vault, { looked: [text] })(body)).toContain('a redacted value of type API_KEY');
  });

  it('reads white space escapes as white space', () => {
    const check = createLeakCheck(emptyVault);
    expect(check(JSON.stringify({ a: 'see http://host:\nname@example' }))).toBeNull();
    expect(check(JSON.stringify({ a: 'key:\nAKIA4QZX7LMNP2RSTUVW' }))).toContain('API_KEY');
    expect(check(JSON.stringify({ b: JSON.stringify({ a: 'key:\nAKIA4QZX7LMNP2RSTUVW' }) }))).toContain(
      'API_KEY',
    );
  });

  it('finds a value beside letters with accents and emphasis, not within a longer number', () => {
    const check = createLeakCheck(vaultOf('US_SSN', '219-09-9998'));
    for (const text of ['é219-09-9998', '219-09-9998é', '219-09-9998*0', 'a`219-09-9998`b', '219-09-9998。'])
      expect(check(JSON.stringify({ text })), text).toContain('US_SSN');
    for (const text of ['1219-09-9998', '219-09-99980', 'x219-09-9998', '２219-09-9998'])
      expect(check(JSON.stringify({ text })), text).toBeNull();
  });

  it('lets every redacted request pass and stops the same request before redaction', () => {
    const value = fc.constantFrom(
      'anna@example.com',
      'DE89370400440532013000',
      'AKIA4QZX7LMNP2RSTUVW',
      '+49 30 901820',
      'postgres://u:p"x\\y@h/d',
      '219-09-9998',
    );
    const clutter = fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.stringMatching(/^[0-9A-Za-z_.+-]{1,3}$/),
      fc.constantFrom('\n', '"', ' ', 'é', '中', '0A0'),
    );
    const text = fc.array(fc.oneof(value, clutter), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        fc.array(
          text.map((parts) => parts.join(' ')),
          { minLength: 1, maxLength: 4 },
        ),
        (texts) => {
          const request: ChatRequest = {
            model: 'm',
            messages: [
              ...texts.map((content) => ({ role: 'user' as const, content })),
              {
                role: 'assistant',
                tool_calls: [
                  {
                    id: '1',
                    type: 'function',
                    function: { name: 'f', arguments: JSON.stringify({ texts }) },
                  },
                ],
              },
            ],
          };
          const { request: redacted, vault } = redactRequest(request, inspectRequest(request));
          const check = createLeakCheck(vault);
          expect(check(JSON.stringify(redacted))).toBeNull();
          // Shorter values are everywhere; they are not looked for.
          if (vault.entries().some(({ value }) => value.length >= 5))
            expect(check(JSON.stringify(request))).not.toBeNull();
        },
      ),
      { numRuns: 500 },
    );
  });
});
