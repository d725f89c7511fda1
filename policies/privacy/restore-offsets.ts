// What points into a restored text is moved with it: log-probabilities of tokens, and annotations by character.
import type { Piece } from './restore-text.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Code points, which is what upstreams count. */
const lengthOf = (text: string): number => {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
};

interface Token {
  token: string;
  [key: string]: unknown;
}

/**
 * Lines tokens up with the pieces of a text. The tokens of a placeholder become one, with the value as its text and the sum of
 * their log-probabilities; the others stay. Tokens that do not spell the text are dropped as soon as something was restored.
 */
class TokenAligner {
  #queue: Token[] = [];
  #head: Token | null = null;
  /** Characters of `#head` that the text has not reached. */
  #left = 0;
  #group: Token[] = [];
  #groupText = '';
  #isChanged = false;
  #isBroken = false;
  #isDropped = false;

  /** The tokens that are settled; null: none from here on. */
  align(tokens: readonly Token[], pieces: readonly Piece[], isLast: boolean): Token[] | null {
    this.#queue.push(...tokens);
    const out: Token[] = [];
    for (const piece of pieces) if (!this.#isBroken) this.#take(piece, out);
    if (this.#isBroken) {
      this.#isDropped ||= this.#isChanged || pieces.some((piece) => piece.out !== piece.source);
      if (this.#isDropped) return null;
    }
    if (this.#isBroken || isLast) {
      out.push(...this.#group, ...this.#queue);
      this.#group = [];
      this.#queue = [];
    }
    return out;
  }

  #take({ source, out }: Piece, released: Token[]): void {
    const isChanged = out !== source;
    if (isChanged) {
      this.#isChanged = true;
      this.#groupText += out;
    }
    for (let at = 0; at < source.length; ) {
      if (this.#head === null) {
        const next = this.#queue.shift();
        if (next === undefined) {
          this.#isBroken = true;
          return;
        }
        this.#head = next;
        this.#left = next.token.length;
        this.#group.push(next);
      }
      const { token } = this.#head;
      const length = Math.min(this.#left, source.length - at);
      const from = token.length - this.#left;
      const text = source.slice(at, at + length);
      if (token.slice(from, from + length) !== text) {
        this.#isBroken = true;
        return;
      }
      if (!isChanged) this.#groupText += text;
      this.#left -= length;
      at += length;
      if (this.#left > 0) continue;
      this.#head = null;
      if (!isChanged || at === source.length) this.#release(released);
    }
  }

  #release(out: Token[]): void {
    const text = this.#groupText;
    const [first] = this.#group;
    if (first !== undefined && this.#group.map(({ token }) => token).join('') !== text)
      out.push(merged(this.#group, text));
    else out.push(...this.#group);
    this.#group = [];
    this.#groupText = '';
  }
}

function merged(group: readonly Token[], text: string): Token {
  const first = group[0] as Token;
  const sum = group.reduce((total, { logprob }) => total + (typeof logprob === 'number' ? logprob : 0), 0);
  return {
    ...first,
    token: text,
    logprob: sum,
    ...('bytes' in first && { bytes: [...Buffer.from(text)] }),
    top_logprobs: [],
    sourceLength: group.reduce((total, { token }) => total + lengthOf(token), 0),
  };
}

/** `logprobs` of one choice: a chat's token lists, or the parallel arrays of a text completion. */
export class LogprobsRestorer {
  readonly #aligners = new Map<string, TokenAligner>();
  /** Of text offsets, by what was restored before. */
  #shift = 0;
  /** The fields of a text completion, once one was seen. */
  #arrays: Fields | null = null;

  /** @param piecesOf the pieces of `content` and `refusal` that were settled with this part */
  restore(logprobs: unknown, piecesOf: (field: string) => readonly Piece[], isLast: boolean): unknown {
    if (isFields(logprobs) && Array.isArray(logprobs['tokens'])) this.#arrays ??= emptied(logprobs);
    if (this.#arrays !== null) {
      const restored = this.#restoreArrays(
        isFields(logprobs) ? logprobs : this.#arrays,
        piecesOf('content'),
        isLast,
      );
      return restored === this.#arrays ? logprobs : restored;
    }
    const given = isFields(logprobs) ? logprobs : {};
    const out: Fields = { ...given };
    let isSame = true;
    for (const field of ['content', 'refusal']) {
      const tokens = Array.isArray(given[field]) ? (given[field] as Token[]) : [];
      const pieces = piecesOf(field);
      if (tokens.length === 0 && !this.#aligners.has(field)) continue;
      const aligned = this.#align(field, tokens, pieces, isLast);
      if (
        aligned !== null &&
        aligned.length === tokens.length &&
        aligned.every((one, i) => one === tokens[i])
      )
        continue;
      isSame = false;
      out[field] = aligned?.map(withoutLength) ?? null;
    }
    return isSame ? logprobs : out;
  }

  /** Does it hold tokens that wait for their text? */
  get isUsed(): boolean {
    return this.#aligners.size > 0;
  }

  #align(field: string, tokens: readonly Token[], pieces: readonly Piece[], isLast: boolean): Token[] | null {
    const aligner = this.#aligners.get(field) ?? new TokenAligner();
    this.#aligners.set(field, aligner);
    return aligner.align(tokens, pieces, isLast);
  }

  #restoreArrays(logprobs: Fields, pieces: readonly Piece[], isLast: boolean): unknown {
    const column = (name: string): unknown[] =>
      Array.isArray(logprobs[name]) ? (logprobs[name] as unknown[]) : [];
    const tokens = column('tokens').map(
      (token, i): Token => ({
        token: String(token),
        logprob: column('token_logprobs')[i] ?? null,
        top: column('top_logprobs')[i] ?? null,
        offset: column('text_offset')[i] ?? null,
      }),
    );
    const aligned = this.#align('content', tokens, pieces, isLast);
    if (aligned === null) return null;
    const isSame =
      this.#shift === 0 && aligned.length === tokens.length && aligned.every((one, i) => one === tokens[i]);
    if (isSame) return logprobs;
    const offsets = aligned.map(({ offset, token, sourceLength }) => {
      const moved = typeof offset === 'number' ? offset + this.#shift : offset;
      if (typeof sourceLength === 'number') this.#shift += lengthOf(token) - sourceLength;
      return moved;
    });
    return {
      ...logprobs,
      tokens: aligned.map(({ token }) => token),
      token_logprobs: aligned.map(({ logprob }) => logprob),
      ...(logprobs['top_logprobs'] != null && {
        top_logprobs: aligned.map(({ top, sourceLength }) => (sourceLength === undefined ? top : null)),
      }),
      ...(logprobs['text_offset'] != null && { text_offset: offsets }),
    };
  }
}

const emptied = (columns: Fields): Fields =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, Array.isArray(column) ? [] : column]),
  );

const withoutLength = ({ sourceLength: _, ...token }: Token): Fields => token;

/** Where the characters of a text went. */
export class OffsetShift {
  readonly #changes: { start: number; end: number; shift: number }[] = [];
  #source = 0;

  add(pieces: readonly Piece[]): void {
    for (const { source, out } of pieces) {
      const start = this.#source;
      this.#source += lengthOf(source);
      if (source !== out)
        this.#changes.push({ start, end: this.#source, shift: lengthOf(out) - lengthOf(source) });
    }
  }

  /** A place inside a placeholder becomes the value's beginning, or as an end its end. */
  #moved(offset: number, isEnd: boolean): number {
    let shift = 0;
    for (const change of this.#changes) {
      if (change.end <= offset) shift += change.shift;
      else if (change.start < offset) return isEnd ? change.end + shift + change.shift : change.start + shift;
    }
    return offset + shift;
  }

  /** The value with every `start_index` and `end_index` in it moved; itself when nothing was restored. */
  move(value: unknown): unknown {
    if (this.#changes.length === 0) return value;
    if (Array.isArray(value)) return value.map((item) => this.move(item));
    if (!isFields(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) =>
        typeof item === 'number' && (key === 'start_index' || key === 'end_index')
          ? [key, this.#moved(item, key === 'end_index')]
          : [key, this.move(item)],
      ),
    );
  }
}
