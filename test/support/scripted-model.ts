// A model for the engine host whose vocabulary is the characters of prompts and the pieces of scripted answers, and whose
// engine says the script. The real tokenizers and engine run in the conformance and journey tests.
import { createChatTemplate } from '../../engine/chat-template.ts';
import { createHost } from '../../engine/host.ts';
import type { Model } from '../../engine/model.ts';
import { Scheduler } from '../../engine/scheduler.ts';
import { ScriptedEngine } from '../unit/engine/scripted-engine.ts';

/** Ids of the script's pieces begin here; below are UTF-16 code units. */
const FIRST_PIECE = 100_000;
const END = 99_999;

export interface ScriptedHost {
  app: ReturnType<typeof createHost>;
  /** Of the last request. */
  prompt(): string;
  close(): Promise<void>;
}

/**
 * `pieces`: what each token of the answer is, then the answer ends. Pieces in `controls` are control tokens: their text
 * counts only where it was asked for.
 */
export function scriptedHost(
  template: string,
  pieces: readonly string[],
  controls: readonly string[] = [],
): ScriptedHost {
  const vocabulary = [...controls, ...pieces.filter((piece) => !controls.includes(piece))];
  const idOf = (piece: string): number => FIRST_PIECE + vocabulary.indexOf(piece);
  const script = [...pieces.map(idOf), END];
  const engine = new ScriptedEngine({ nCtx: 8192, nBatch: 4096, kvTokens: 16384 });
  engine.next = (timeline) => script[timeline.filter((token) => token >= FIRST_PIECE).length] ?? END;
  const chars = (text: string): Int32Array => Int32Array.from(text.split(''), (each) => each.charCodeAt(0));
  const chatTemplate = createChatTemplate({
    source: template,
    bosToken: '<s>',
    eosToken: '</s>',
    hasChatMl: false,
    now: () => new Date(2026, 0, 5),
  });
  const model = {
    id: 'scripted',
    info: { nVocab: FIRST_PIECE + vocabulary.length, fimMiddleToken: -1, isCausal: true },
    chatTemplate,
    tokenize: chars,
    promptTokens: chars,
    tokenBytes: (token: number, special = false) => {
      const piece = vocabulary[token - FIRST_PIECE] ?? '';
      return new TextEncoder().encode(controls.includes(piece) && !special ? '' : piece);
    },
    controlTokens: (texts: readonly string[]) =>
      new Set(controls.filter((control) => texts.includes(control)).map(idOf)),
    isEndOfGeneration: (token: number) => token === END,
    // The script says what comes, whatever a grammar would allow.
    grammar: () => null,
    packedCacheState: () => 'mapped',
  } as unknown as Model;
  const scheduler = new Scheduler(engine, { kvTokens: 16384, maxQueue: 8, maxActive: 4 });
  const app = createHost({ model, scheduler, pooling: 'last', fingerprint: 'scripted', facts: {} });
  return {
    app,
    prompt: () => String.fromCharCode(...(engine.sessions.at(-1)?.timeline ?? []).filter((id) => id < END)),
    close: () => scheduler.close(),
  };
}
