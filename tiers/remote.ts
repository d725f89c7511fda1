// One target behind an HTTP API: a provider's mapping, joined to the door out (tiers/egress.ts).
import type { ChatAnswer, ChatCompletion, ChatRequest } from '../contract/chat.ts';
import { GatewayError } from '../contract/errors.ts';
import type { Provider } from '../contract/provider.ts';
import type { Target, TargetRunner } from '../contract/tier.ts';
import { ChatEventStream } from './chat-event-stream.ts';
import { decodeBody } from './content-encoding.ts';
import type { Egress } from './egress.ts';
import type { EgressResponse, Timeouts } from './exchange.ts';
import type { AnswerBody } from './response-body.ts';
import { providerAt } from './surfaces.ts';
import { named, UpstreamError, upstreamError } from './upstream-error.ts';

export interface RemoteOptions {
  target: Target;
  provider: Provider;
  /** Without it the provider's default. A trailing slash is ignored. */
  baseUrl?: string | undefined;
  apiKey?: string | undefined;
  /** Further headers for every request; they win over the provider's. */
  headers?: Record<string, string> | undefined;
  timeouts: Timeouts;
  egress: Egress;
}

/** Largest part of an error body that is read. */
const MAX_ERROR_CHARS = 64 * 1024;

/** @throws {GatewayError} CONFIG_INVALID without any base URL */
export function createRemoteRunner(options: RemoteOptions): TargetRunner {
  const { target, provider, egress, timeouts, apiKey } = options;
  const baseUrl = (options.baseUrl ?? provider.defaultBaseUrl ?? '').replace(/\/+$/, '');
  if (baseUrl === '') {
    throw new GatewayError(
      'CONFIG_INVALID',
      `${target.id}: provider "${provider.name}" has no default address; set base_url`,
    );
  }
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'tiergate',
    ...provider.headers(apiKey),
    ...options.headers,
  };
  /** The request as this target gets it: its model name, and usage asked for in streams. */
  const requestFor = (request: ChatRequest): ChatRequest =>
    request.stream
      ? Object.assign({}, request, {
          model: target.model,
          stream_options: Object.assign({}, request.stream_options, { include_usage: true }),
        })
      : { ...request, model: target.model };

  /** Repeats no credential, whatever the upstream put into its message. */
  const withoutKey = (text: string): string => (apiKey ? text.replaceAll(apiKey, '***') : text);

  async function refusal(response: EgressResponse, body: AnswerBody): Promise<UpstreamError> {
    const text = withoutKey((await body.text()).slice(0, MAX_ERROR_CHARS));
    const { status } = response;
    const message = provider.errorMessage(parseJson(text));
    return upstreamError({
      target: target.id,
      status,
      headers: response.headers,
      message,
      body: text,
      now: Date.now(),
    });
  }

  const protocolError = (what: string): UpstreamError =>
    new UpstreamError(
      'PROVIDER_PROTOCOL',
      `${target.id} ${what}; check that base_url is an OpenAI-compatible API`,
      200,
    );

  function mapped(spoken: Provider, parsed: unknown): ChatCompletion {
    try {
      return spoken.fromWire(parsed);
    } catch (error) {
      throw named(target.id, error, withoutKey);
    }
  }

  function completionOf(spoken: Provider, text: string): ChatAnswer {
    const parsed = parseJson(text);
    if (parsed === undefined) {
      throw protocolError(
        /^\s*</.test(text) ? 'answered with a web page instead of JSON' : 'answered with invalid JSON',
      );
    }
    const completion = mapped(spoken, parsed);
    return completion === parsed
      ? { kind: 'completion', completion, raw: text }
      : { kind: 'completion', completion };
  }

  return {
    target,
    state: () => ({ available: true }),
    close: async () => {},
    async chat(outgoing, context) {
      const { surface = 'chat' } = outgoing;
      const stream = outgoing.request.stream === true && surface !== 'embeddings';
      const spoken = providerAt(provider, surface);
      if (spoken === null) {
        throw new GatewayError(
          'UNSUPPORTED_FEATURE',
          `${target.id}: provider "${provider.name}" has no ${surface}; ask another target`,
        );
      }
      const response = await egress.send({
        url: baseUrl + spoken.chatPath(target.model, stream),
        method: 'POST',
        headers,
        body: JSON.stringify(spoken.toWire(requestFor(outgoing.request))),
        zone: target.zone,
        check: outgoing.check,
        signal: context.signal,
        timeouts,
      });
      const body = decodeBody(response.body, response.headers['content-encoding']);
      if (response.status < 200 || response.status > 299) throw await refusal(response, body);
      if (!stream) return completionOf(spoken, await body.text());
      const type = response.headers['content-type'] ?? '';
      if (/json|html/.test(type)) {
        completionOf(spoken, await body.text()); // throws the error that such a body usually is
        throw protocolError(`answered a streamed request with ${type.split(';')[0]}`);
      }
      return { kind: 'stream', events: new ChatEventStream(target.id, spoken, body, withoutKey) };
    },
  };
}

/** The parsed text, undefined when it is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
