import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../contract/chat.ts';
import { failedInspection, inspectRequest } from '../../../policies/privacy/conversation.ts';
import { privacyOptions } from '../../../router/config/privacy.ts';
import { configSchema } from '../../../router/config/schema.ts';
import { type PrivacyOptions, redactionGate } from '../../../router/redaction-gate.ts';

const KEY = 'AKIA4QZX7LMNP2RSTUVW';
const asking = (content: string): ChatRequest => ({ model: 'm', messages: [{ role: 'user', content }] });
const long = (text: string): string =>
  `Please read this letter and answer it in one sentence, if you can: ${text}`;

function checkOf(
  request: ChatRequest,
  privacy: PrivacyOptions,
  inspection = inspectRequest(request, privacy),
) {
  const gate = redactionGate(request, inspection, { privacy, caller: 'a', surface: 'chat' });
  const { request: outgoing, check } = gate.redacted(3);
  return { body: JSON.stringify(outgoing), check: check! };
}

describe('the check at the door that goes with a redacted request', () => {
  it('lets it pass, and stops a secret that got into it, whether anything was redacted or not', () => {
    for (const content of [long('mail to jo@example.org'), long('nothing in it')]) {
      const { body, check } = checkOf(asking(content), {});
      expect(check(body)).toBeNull();
      expect(check(body.replace('one sentence', KEY))).toContain('API_KEY');
      expect(check(body.replace('"m"', `"${KEY}"`))).toContain('API_KEY');
    }
  });

  it('lets a value pass that the config says is never private, and no other', () => {
    const privacy = privacyOptions(configSchema.parse({ privacy: { never: [KEY.toLowerCase()] } }), []);
    const { body, check } = checkOf(asking(long(`the key is ${KEY}`)), privacy);
    expect(body).toContain(KEY);
    expect(check(body)).toBeNull();
    expect(check(body.replace(KEY, KEY.replace('W', 'X')))).toContain('API_KEY');
  });

  it('stops a secret that the inspection was told to leave alone, or did not look for', () => {
    const request = asking(long(`the key is ${KEY}`));
    const lax: PrivacyOptions[] = [{ minScore: 1 }, { minScores: { API_KEY: 1 } }];
    for (const privacy of lax) {
      const { body, check } = checkOf(request, privacy);
      expect(body).toContain(KEY);
      expect(check(body)).toContain('API_KEY');
    }
    const { body, check } = checkOf(request, {}, failedInspection);
    expect(check(body)).toContain('API_KEY');
  });
});
