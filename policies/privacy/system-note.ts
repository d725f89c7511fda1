// One sentence for the model, so that it passes placeholders through. Always the same, at the end of the system message: what
// comes before it stays in the upstream's prompt cache.
import type { ChatMessage, ChatRequest } from '../../contract/chat.ts';

export const SYSTEM_NOTE =
  'Bracketed tokens such as [TYPE_1] stand for private values: treat each as the value itself and copy it exactly, brackets included.';

export const isSystem = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer';

function withNote(message: ChatMessage): ChatMessage {
  const { content } = message;
  if (Array.isArray(content))
    return { ...message, content: [...content, { type: 'text', text: SYSTEM_NOTE }] };
  return { ...message, content: content ? `${content}\n\n${SYSTEM_NOTE}` : SYSTEM_NOTE };
}

/** The request with the sentence in its first system message, or in a new one. */
export function addSystemNote(request: ChatRequest): ChatRequest {
  const at = request.messages.findIndex(isSystem);
  const messages =
    at < 0
      ? [{ role: 'system' as const, content: SYSTEM_NOTE }, ...request.messages]
      : request.messages.with(at, withNote(request.messages[at] as ChatMessage));
  return { ...request, messages };
}
