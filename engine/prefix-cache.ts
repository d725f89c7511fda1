// Idle sessions whose K/V may serve the next request that begins with the same tokens. Least recently used goes
// first; a session is one timeline, so reuse cuts it back to the common prefix.
import type { NativeSession } from './binding.ts';

interface IdleSession {
  session: NativeSession;
  /** The tokens whose K/V it holds. */
  tokens: Int32Array;
}

export class PrefixCache {
  /** Oldest first. */
  readonly #idle: IdleSession[] = [];
  readonly #capacity: number;

  /** `capacity`: most sessions kept, 0 keeps none. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#idle.length;
  }

  /** Takes over a finished session; the oldest ones beyond the capacity are closed. */
  put(session: NativeSession, tokens: Int32Array): void {
    if (tokens.length === 0 || this.#capacity === 0) {
      session.close();
      return;
    }
    this.#idle.push({ session, tokens });
    if (this.#idle.length > this.#capacity) this.evictOldest();
  }

  /**
   * The session with the longest common prefix, cut back to it; null when none is worth it: a short match must not
   * destroy a long conversation that is likely to go on. At least the prompt's last token is left to be evaluated.
   */
  take(prompt: Int32Array): { session: NativeSession; tokens: number } | null {
    let best = -1;
    let bestLength = 0;
    this.#idle.forEach(({ tokens }, index) => {
      const length = Math.min(commonPrefix(tokens, prompt), prompt.length - 1);
      if (length >= bestLength && length > 0 && 2 * length >= Math.min(tokens.length, prompt.length)) {
        best = index;
        bestLength = length;
      }
    });
    if (best < 0) return null;
    const { session } = this.#idle.splice(best, 1)[0]!;
    session.truncate(bestLength);
    return { session, tokens: bestLength };
  }

  /** False when there was none. */
  evictOldest(): boolean {
    const oldest = this.#idle.shift();
    oldest?.session.close();
    return oldest !== undefined;
  }

  clear(): void {
    while (this.evictOldest());
  }
}

function commonPrefix(a: Int32Array, b: Int32Array): number {
  const end = Math.min(a.length, b.length);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
}
