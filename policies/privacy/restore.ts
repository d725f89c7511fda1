// Puts the values back into a target's answer, whole or streamed: text, reasoning, refusal and tool-call arguments of every
// choice. Log-probabilities stay as they are: they describe the tokens that the model wrote, placeholders included.
import type { ChatChoice, ChatCompletion, ChatMessage, EventBatches, ToolCall } from '../../contract/chat.ts';
import { createStreamRestorer } from './restore-stream.ts';
import { type Encoding, type RestoreReport, restorePiece } from './restore-text.ts';
import type { Vault } from './vault.ts';

export type { RestoreReport } from './restore-text.ts';

/** Strings of a message that are no text of the model. */
const NAMES = new Set(['role', 'name', 'id', 'type', 'tool_call_id']);

/**
 * The completion with the values in place of their placeholders; the same object when it has none. Values inside tool
 * arguments, and inside content that was asked for as JSON, are escaped for JSON.
 * @param report counts are added to it
 */
export function restoreCompletion(
  completion: ChatCompletion,
  vault: Vault,
  report?: RestoreReport,
): ChatCompletion {
  if (vault.size === 0) return completion;
  const counts: RestoreReport = { restored: 0, unknown: 0 };
  const choices = completion.choices.map((choice) => restoreChoice(choice, vault, counts));
  if (report !== undefined) {
    report.restored += counts.restored;
    report.unknown += counts.unknown;
  }
  return counts.restored === 0 ? completion : { ...completion, choices };
}

function restoreChoice(choice: ChatChoice, vault: Vault, report: RestoreReport): ChatChoice {
  const restore = (text: string, encoding: Encoding): string =>
    restorePiece(text, vault, encoding, true, report).out;

  const restoreArguments = (call: unknown): unknown => {
    const fields = call as { arguments?: unknown; input?: unknown } | null | undefined;
    if (typeof fields?.arguments === 'string')
      return { ...fields, arguments: restore(fields.arguments, 'json') };
    if (typeof fields?.input === 'string') return { ...fields, input: restore(fields.input, 'text') };
    return call;
  };
  const restoreCall = (call: ToolCall): ToolCall =>
    call.function === undefined
      ? { ...call, custom: restoreArguments(call['custom']) }
      : { ...call, function: restoreArguments(call.function) as NonNullable<ToolCall['function']> };

  const restoreField = (key: string, value: unknown): unknown => {
    if (typeof value === 'string' && !NAMES.has(key)) {
      return restore(value, key === 'content' && vault.answersInJson ? 'json' : 'text');
    }
    if (key === 'tool_calls' && Array.isArray(value)) return value.map(restoreCall);
    if (key === 'content' && Array.isArray(value)) {
      return value.map((part) =>
        typeof part?.text === 'string' ? { ...part, text: restore(part.text, 'text') } : part,
      );
    }
    return key === 'function_call' ? restoreArguments(value) : value;
  };

  const fields = Object.entries(choice.message).map(([key, value]) => [key, restoreField(key, value)]);
  return { ...choice, message: Object.fromEntries(fields) as ChatMessage };
}

/**
 * The events with the values in place of their placeholders, also when one is cut anywhere between two events. At most one
 * placeholder's length is held back per text (choice, and within it content, reasoning, refusal, each tool call), and it is
 * let go before the choice's finish_reason. An event that needs no change is passed on as the same object, `raw` included.
 * With an empty vault the events are given back as they are.
 * @param report counts are added to it while the events are read
 */
export function restoreEvents(events: EventBatches, vault: Vault, report?: RestoreReport): EventBatches {
  return vault.size === 0 ? events : createStreamRestorer(events, vault, report);
}
