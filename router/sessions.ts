// Who answered a conversation last: its provider may still hold the conversation in its cache, which makes the next turn
// cheaper there. Kept in memory, by a digest; a conversation is what a client says it is (`x-tiergate-session`), or one that
// begins with the same messages of the same caller.
import { createHash } from 'node:crypto';
import type { ChatRequest } from '../contract/chat.ts';
import type { RequestFacts } from '../contract/policy.ts';

type Session = NonNullable<RequestFacts['session']>;

/** Providers keep a cached prompt for about five minutes. */
const KEPT_MS = 5 * 60_000;
const MOST_SESSIONS = 10_000;

export class Sessions {
  readonly #now: () => number;
  /** In the order of use. */
  readonly #sessions = new Map<string, Session & { at: number }>();

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  recall(key: string): Session | undefined {
    const found = this.#sessions.get(key);
    if (found === undefined || this.#now() - found.at > KEPT_MS) return undefined;
    return { target: found.target, cachedTokens: found.cachedTokens };
  }

  /** @param cachedTokens of the prompt that the target has just read */
  remember(key: string, target: string, cachedTokens: number): void {
    this.#sessions.delete(key);
    this.#sessions.set(key, { target, cachedTokens, at: this.#now() });
    if (this.#sessions.size <= MOST_SESSIONS) return;
    for (const [oldest] of this.#sessions) {
      this.#sessions.delete(oldest);
      break;
    }
  }
}

/** The same for every turn of a conversation: all up to its first user message is. */
export function sessionKey(
  { messages }: ChatRequest,
  { caller, headers }: { caller: string; headers: Record<string, string> },
): string {
  const first = messages.findIndex(({ role }) => role === 'user');
  const named = headers['x-tiergate-session'];
  const begins = named ?? JSON.stringify(messages.slice(0, first + 1).map(({ content }) => content));
  return createHash('sha256')
    .update(JSON.stringify([caller, begins]))
    .digest('base64');
}
