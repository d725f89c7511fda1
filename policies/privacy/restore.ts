// Puts the values back into a target's answer, whole or streamed: every text of every choice, and what points into those texts.
import type { ChatChoice, ChatCompletion, ChatMessage, EventBatches } from '../../contract/chat.ts';
import { AnswerTexts } from './answer-texts.ts';
import { LogprobsRestorer, OffsetShift } from './restore-offsets.ts';
import { createStreamRestorer } from './restore-stream.ts';
import { type Piece, type RestoreReport, restoreWhole, written } from './restore-text.ts';
import type { Vault } from './vault.ts';

export type { RestoreReport } from './restore-text.ts';

/** Not texts of the model: the protocol's own, and lists of numbers. */
const NO_TEXTS = new Set(['choices', 'usage', 'data', 'results', 'system_fingerprint', 'service_tier']);

/**
 * The completion with the values in place of their stand-ins; the same object when it has none. Values inside tool arguments,
 * and inside content that was asked for as JSON, are escaped for JSON.
 * @param report counts are added to it
 */
export function restoreCompletion(
  completion: ChatCompletion,
  vault: Vault,
  report?: RestoreReport,
): ChatCompletion {
  if (vault.size === 0) return completion;
  const choices = completion.choices.map((choice) => restoreChoice(choice, vault, report));
  const rest = new AnswerTexts(false, (text, _path, kind) =>
    written(restoreWhole(text, vault, kind, report)),
  );
  const restored = rest.map(completion, NO_TEXTS);
  const isSame = choices.every((choice, i) => choice === completion.choices[i]);
  return isSame ? restored : { ...restored, choices };
}

function restoreChoice(choice: ChatChoice, vault: Vault, report: RestoreReport | undefined): ChatChoice {
  const pieces = new Map<string, readonly Piece[]>();
  const shift = new OffsetShift();
  const texts = new AnswerTexts(vault.answersInJson, (text, path, kind) => {
    const restored = restoreWhole(text, vault, kind, report);
    if (path.length === 1) pieces.set(String(path[0]), restored);
    if (path.length === 1 && path[0] === 'content') shift.add(restored);
    return written(restored);
  });
  const { annotations } = choice.message as { annotations?: unknown };
  const message: ChatMessage = texts.map(choice.message);
  const moved = annotations === undefined ? annotations : shift.move(message['annotations']);
  const isMoved = moved !== message['annotations'];
  const logprobs = choice.logprobs
    ? new LogprobsRestorer().restore(choice.logprobs, (field) => pieces.get(field) ?? [], true)
    : choice.logprobs;
  if (message === choice.message && logprobs === choice.logprobs && !isMoved) return choice;
  return {
    ...choice,
    message: isMoved ? { ...message, annotations: moved } : message,
    ...('logprobs' in choice && { logprobs }),
  };
}

/**
 * The events with the values in place of their stand-ins, also when one is cut anywhere between two events. At most one
 * placeholder's length is held back per text (choice, and within it content, reasoning, refusal, each tool call), and it is
 * let go before the choice's finish_reason. An event that needs no change is passed on as the same object, `raw` included.
 * With an empty vault the events are given back as they are.
 * @param report counts are added to it while the events are read
 */
export function restoreEvents(events: EventBatches, vault: Vault, report?: RestoreReport): EventBatches {
  return vault.size === 0 ? events : createStreamRestorer(events, vault, report);
}
