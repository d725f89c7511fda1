// Text completions and embeddings upstream: requests out of the chat shape that is used inside, answers back into it
// (contract/chat.ts says how they travel). Pure. Source: OpenAI API reference, "Create completion", "Create embeddings".
import type { ChatChunk, ChatCompletion, ChatRequest, Usage } from '../contract/chat.ts';
import { GatewayError } from '../contract/errors.ts';
import type { Provider } from '../contract/provider.ts';
import type { Surface } from '../contract/tier.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The texts or ids that stand for prompts and inputs: one as itself, several as a list. */
function inputOf({ messages, input_ids }: ChatRequest): unknown {
  if (input_ids) return input_ids;
  const texts = messages.map(({ content }) => content);
  return texts.length === 1 ? texts[0] : texts;
}

export function textRequest(request: ChatRequest): Fields {
  const { messages: _, input_ids: __, logprobs, top_logprobs, ...rest } = request;
  return { ...rest, prompt: inputOf(request), ...(logprobs && { logprobs: top_logprobs ?? 0 }) };
}

export function embeddingsRequest(request: ChatRequest): Fields {
  const { messages: _, input_ids: __, stream: ___, stream_options: ____, ...rest } = request;
  return { ...rest, input: inputOf(request) };
}

/** The first message is the query, the others are documents. Their texts are put back by the surface itself. */
export function rerankRequest(request: ChatRequest): Fields {
  const { messages, stream: _, stream_options: __, return_documents: ___, ...rest } = request;
  const [query, ...documents] = messages.map(({ content }) => content);
  return { ...rest, query, documents };
}

/** A text completion as a chat's; what is no text completion is left for the provider to refuse. */
export function chatOfText(body: unknown): unknown {
  if (!isFields(body) || !Array.isArray(body['choices'])) return body;
  const choices = body['choices'].map((choice: Fields) => {
    const { text, ...rest } = choice;
    return { ...rest, message: { role: 'assistant', content: text } };
  });
  return { ...body, object: 'chat.completion', choices } as unknown as ChatCompletion;
}

export function chatChunkOfText(payload: unknown): unknown {
  if (!isFields(payload) || !Array.isArray(payload['choices'])) return payload;
  const choices = payload['choices'].map((choice: Fields) => {
    const { text, ...rest } = choice;
    return { ...rest, delta: { content: text } };
  });
  return { ...payload, object: 'chat.completion.chunk', choices } as unknown as ChatChunk;
}

/** An embeddings response as a completion without choices. @throws {GatewayError} PROVIDER_PROTOCOL, PROVIDER_ERROR */
export const chatOfEmbeddings = (body: unknown, errorMessage: Provider['errorMessage']): ChatCompletion =>
  chatOfList(body, 'data', 'can embed', errorMessage);

/** A rerank response likewise. @throws {GatewayError} PROVIDER_PROTOCOL, PROVIDER_ERROR */
export const chatOfRerank = (body: unknown, errorMessage: Provider['errorMessage']): ChatCompletion =>
  chatOfList(body, 'results', 'can rerank', errorMessage);

function chatOfList(
  body: unknown,
  list: string,
  ability: string,
  errorMessage: Provider['errorMessage'],
): ChatCompletion {
  if (isFields(body) && Array.isArray(body[list])) {
    const usage = body['usage'] as Usage | undefined;
    const model = String(body['model'] ?? '');
    return {
      ...body,
      id: '',
      object: 'chat.completion',
      created: 0,
      model,
      choices: [],
      usage: usage ?? null,
    };
  }
  const said = isFields(body) && body['error'] ? errorMessage(body) : null;
  throw said === null
    ? new GatewayError(
        'PROVIDER_PROTOCOL',
        `the upstream answered without \`${list}\`; check that it ${ability}`,
      )
    : new GatewayError('PROVIDER_ERROR', `the upstream failed while answering: ${said.slice(0, 500)}`);
}

/** The provider as it speaks at a surface; null where it has none such. */
export function providerAt(provider: Provider, surface: Surface): Provider | null {
  const { textPath, embeddingsPath, rerankPath } = provider;
  if (surface === 'chat') return provider;
  if (surface === 'completions') {
    return textPath === undefined
      ? null
      : {
          ...provider,
          chatPath: textPath,
          toWire: textRequest,
          fromWire: (body) => provider.fromWire(chatOfText(body)),
          fromWireChunk: (payload) => provider.fromWireChunk(chatChunkOfText(payload)),
        };
  }
  if (surface === 'rerank') {
    return rerankPath === undefined
      ? null
      : {
          ...provider,
          chatPath: rerankPath,
          toWire: rerankRequest,
          fromWire: (body) => chatOfRerank(body, provider.errorMessage),
        };
  }
  return embeddingsPath === undefined
    ? null
    : {
        ...provider,
        chatPath: embeddingsPath,
        toWire: embeddingsRequest,
        fromWire: (body) => chatOfEmbeddings(body, provider.errorMessage),
      };
}
