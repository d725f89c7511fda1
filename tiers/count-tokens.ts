// Counts tokens where an upstream reports none, in a thread of its own that is started when it is first needed.
// What the counts are worth: tiers/tiktoken-count.ts.
import { Worker } from 'node:worker_threads';
import { builtFile } from '../contract/built-file.ts';
import type { ChatRequest } from '../contract/chat.ts';
import { GatewayError } from '../contract/errors.ts';
import type { TokenCounter } from '../contract/tier.ts';

/** Either a prompt or a text. */
export interface CountJob {
  id: number;
  model: string;
  prompt?: Pick<ChatRequest, 'messages' | 'tools'>;
  text?: string;
}

export interface CountAnswer {
  id: number;
  count: number;
}

interface Waiting {
  resolve(count: number): void;
  reject(error: Error): void;
}

class CountingThread {
  readonly #worker = new Worker(builtFile('tiers/count-thread'));
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(onEnd: () => void) {
    this.#worker.on('message', ({ id, count }: CountAnswer) => {
      this.#waiting.get(id)?.resolve(count);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#worker.unref();
    });
    const end = (cause?: unknown): void => {
      onEnd();
      const error = new GatewayError('INTERNAL', 'the token counting thread ended', { cause });
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
    this.#worker.on('error', end);
    this.#worker.on('exit', end);
  }

  count(job: Omit<CountJob, 'id'>): Promise<number> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...job, id } satisfies CountJob);
    });
  }
}

let thread: CountingThread | undefined;

function count(job: Omit<CountJob, 'id'>): Promise<number> {
  thread ??= new CountingThread(() => {
    thread = undefined;
  });
  return thread.count(job);
}

/** Rejects when the thread dies; the next count starts another. */
export const tokenCounter: TokenCounter = {
  prompt: ({ messages, tools }, model) => count({ model, prompt: { messages, ...(tools && { tools }) } }),
  text: (text, model) => count({ model, text }),
};
