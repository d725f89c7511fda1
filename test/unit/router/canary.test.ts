import { describe, expect, it } from 'vitest';
import { hasPartOf } from '../../../router/cli/canary.ts';

const body = (content: string): string => JSON.stringify({ messages: [{ role: 'user', content }] });
const canary = (value: string) => ({
  locale: 'it',
  type: 'EMAIL',
  value,
  prompt: `Write to ${value} today.`,
});

describe('what of a canary got out', () => {
  it.each([
    'Write to [EMAIL_1] today.',
    'Write to [EMAIL_1b] today.',
    'Write to mail1@masked.example today.',
  ])('is nothing where only a placeholder did: %s', (sent) => {
    // The providers email.it and mail.ru are called as the placeholders are.
    expect(hasPartOf(canary('Marco0@email.it'), body(sent))).toBe(false);
    expect(hasPartOf(canary('Iraida86@mail.ru'), body(sent))).toBe(false);
  });

  it('is a part of the value, or the whole of it', () => {
    expect(hasPartOf(canary('Marco0@email.it'), body('Write to Marco0@email.it today.'))).toBe(true);
    expect(hasPartOf(canary('Marco0@email.it'), body('Write to Marco[EMAIL_1] today.'))).toBe(true);
    expect(hasPartOf(canary('Iraida86@mail.ru'), body('Write to iraida 86 today.'))).toBe(true);
  });
});
