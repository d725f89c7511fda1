// The response bodies of text completions. Source: OpenAI API reference, "The completion object"; the token texts of
// incomplete characters are written `bytes:\\xe6\\x97`, as OpenAI does.
import { type AnswerHead, type BodyShape, confidenceBody, type FinishedChoice } from './answer-bodies.ts';
import { plainParser } from './answer-format/answer-format.ts';
import type { TokenChoice, TokenLogprob } from './generate.ts';

/** OpenAI's `logprobs` of a text completion. */
interface TextLogprobs {
  tokens: string[];
  token_logprobs: number[];
  top_logprobs: Record<string, number>[] | null;
  /** Where each token begins in the choice's text, in UTF-16 code units. */
  text_offset: number[];
}

function tokenText({ bytes }: TokenChoice): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return `bytes:${bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
  }
}

/** One choice's tokens, in order, over all of its chunks. */
class TokenReport {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #offset = 0;

  take(logprobs: readonly TokenLogprob[], withTop: boolean): TextLogprobs {
    const body: TextLogprobs = {
      tokens: [],
      token_logprobs: [],
      top_logprobs: withTop ? [] : null,
      text_offset: [],
    };
    for (const token of logprobs) {
      body.tokens.push(tokenText(token));
      body.token_logprobs.push(token.logprob);
      body.top_logprobs?.push(
        Object.fromEntries(token.top_logprobs.map((each) => [tokenText(each), each.logprob])),
      );
      body.text_offset.push(this.#offset);
      this.#offset += this.#decoder.decode(Uint8Array.from(token.bytes), { stream: true }).length;
    }
    return body;
  }
}

const textHead = (head: AnswerHead) => ({ ...head, object: 'text_completion' });

/** Bodies of one request. `echoes`: what each choice begins with. `top`: alternatives asked for each token. */
export function createTextShape({ echoes, top }: { echoes: readonly string[]; top: number }): BodyShape {
  const reports = new Map<number, TokenReport>();
  const report = (index: number): TokenReport => {
    const known = reports.get(index) ?? new TokenReport();
    reports.set(index, known);
    return known;
  };
  const whole = (choice: FinishedChoice, index: number, withLogprobs: boolean) => ({
    index,
    text: (echoes[index] ?? '') + choice.text,
    logprobs: withLogprobs ? report(index).take(choice.logprobs, top > 0) : null,
    finish_reason: choice.reason,
  });
  return {
    markers: new Set(),
    thinks: false,
    parser: plainParser,
    chunk: (head, index, { part, logprobs }) => ({
      ...textHead(head),
      choices: [
        {
          index,
          text: part === null ? (echoes[index] ?? '') : part.type === 'content' ? part.text : '',
          logprobs: logprobs && report(index).take(logprobs, top > 0),
          finish_reason: null,
        },
      ],
    }),
    finish: (head, index, choice) => ({
      ...textHead(head),
      choices: [{ index, text: '', logprobs: null, finish_reason: choice.reason }],
      tiergate: confidenceBody(choice.confidence),
    }),
    usage: (head, usage) => ({ ...textHead(head), choices: [], usage }),
    whole: (head, choices, usage, withLogprobs) => ({
      ...textHead(head),
      choices: choices.map((choice, index) => whole(choice, index, withLogprobs)),
      usage,
      tiergate: confidenceBody(choices[0]!.confidence),
    }),
  };
}
