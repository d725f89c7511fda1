// OpenAI Chat Completions, and every server that speaks it: vLLM, SGLang, Ollama, llama-server, LM Studio, Groq,
// DeepSeek, Together, OpenRouter ... Tiergate's own shape is this one, so an untouched body is passed through as it is;
// only what clients cannot read is repaired, in a copy. Source: OpenAI API reference, "Create chat completion".
import type { ChatChunk, ChatChunkChoice, ChatCompletion, Usage } from '../../contract/chat.ts';
import { GatewayError } from '../../contract/errors.ts';
import { defineProvider } from '../../contract/provider.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The message in the error bodies of OpenAI, FastAPI servers, Ollama and Google's compatibility layer. */
function errorMessage(body: unknown): string | null {
  if (Array.isArray(body)) return errorMessage(body[0]);
  if (!isFields(body)) return text(body);
  const { error, message, detail } = body;
  if (isFields(error)) return text(error['message']) ?? text(error['code']) ?? text(error['type']);
  if (Array.isArray(detail) && isFields(detail[0])) return text(detail[0]['msg']);
  return text(error) ?? text(message) ?? text(detail);
}

function refuseError(body: Fields): void {
  if (body['error'] === undefined || body['error'] === null) return;
  const message = errorMessage(body) ?? 'no message';
  throw new GatewayError('PROVIDER_ERROR', `the upstream failed while answering: ${message.slice(0, 500)}`);
}

/** Groq reports the usage of a stream under `x_groq` when it was not asked for. */
const hiddenUsage = (payload: Fields): Usage | null => {
  const groq = payload['x_groq'];
  return !payload['usage'] && isFields(groq) && isFields(groq['usage']) ? (groq['usage'] as Usage) : null;
};

/** True where a client would stumble: no delta, or tool calls without their index (Google's compatibility layer). */
const isUnreadable = ({ delta }: ChatChunkChoice): boolean =>
  !isFields(delta) || (delta.tool_calls?.some((call) => call.index === undefined) ?? false);

const repairChoice = (choice: ChatChunkChoice): ChatChunkChoice => {
  if (!isFields(choice.delta)) return { ...choice, delta: {} };
  const tool_calls = choice.delta.tool_calls?.map((call, index) => ({ ...call, index: call.index ?? index }));
  return tool_calls ? { ...choice, delta: { ...choice.delta, tool_calls } } : choice;
};

export default defineProvider({
  name: 'openai',
  defaultBaseUrl: 'https://api.openai.com/v1',
  chatPath: () => '/chat/completions',
  textPath: () => '/completions',
  embeddingsPath: () => '/embeddings',
  rerankPath: () => '/rerank',
  headers: (apiKey): Record<string, string> => (apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
  toWire: (request) => request,

  fromWire(body) {
    if (isFields(body)) refuseError(body);
    const choices = isFields(body) ? body['choices'] : null;
    if (
      !Array.isArray(choices) ||
      !choices.every((choice) => isFields(choice) && isFields(choice['message']))
    ) {
      throw new GatewayError(
        'PROVIDER_PROTOCOL',
        'the upstream answered without `choices[].message`; check that base_url is an OpenAI-compatible API',
      );
    }
    return body as ChatCompletion;
  },

  fromWireChunk(payload) {
    if (!isFields(payload)) {
      throw new GatewayError(
        'PROVIDER_PROTOCOL',
        'the upstream sent a stream event that is not a JSON object',
      );
    }
    refuseError(payload);
    const chunk = payload as ChatChunk;
    const usage = hiddenUsage(payload);
    const choices = Array.isArray(chunk.choices) ? chunk.choices : null;
    if (choices === null && !chunk.usage && !usage) return null; // a keep-alive or a vendor's notice
    if (choices !== null && usage === null && !choices.some(isUnreadable)) return chunk;
    return { ...chunk, choices: (choices ?? []).map(repairChoice), ...(usage && { usage }) };
  },

  errorMessage,
});
