// The engine's HTTP face: the OpenAI protocol for one model. Pure fetch, no socket (engine/serve.ts listens).
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { GatewayError, toGatewayError } from '../contract/errors.ts';
import { type Answering, answerStream, answerWhole } from './answer.ts';
import { type BodyShape, createChatShape } from './answer-bodies.ts';
import { answerConstraint } from './answer-format/answer-constraint.ts';
import { type AnswerPlan, answerPlan, markersOf } from './answer-format/answer-format.ts';
import { looserTools } from './answer-format/looser-tools.ts';
import type { Constraint } from './constraint.ts';
import { embed, type PoolingName, RANK } from './embed.ts';
import { parseEmbeddingRequest } from './embedding-request.ts';
import { chatPrompt } from './prompt.ts';
import { parseChatRequest, type SamplingRequest } from './request.ts';
import { rerank } from './rerank.ts';
import { parseRerankRequest } from './rerank-request.ts';
import { createTextShape } from './text-bodies.ts';
import { checkTokens, textPromptTokens, tokensText } from './text-prompt.ts';
import { parseTextRequest } from './text-request.ts';
import type { ToolUse } from './tool-request.ts';

export interface HostOptions extends Answering {
  /** Of the embeddings. */
  pooling: PoolingName;
  /** Largest request body. */
  maxBodyBytes?: number;
  /** Writes the prefix cache to disk; resolves to its tokens. Left out: the host was not asked to keep it. */
  savePrefixes?: () => Promise<number>;
  /** What `GET /host` tells besides the scheduler's state. */
  facts: Record<string, unknown>;
  /** One line for each unexpected failure; never request text. */
  log?: (line: string) => void;
}

const tokenizeBody = z.union([
  z.object({
    content: z.string(),
    add_special: z.boolean().optional(),
    parse_special: z.boolean().optional(),
  }),
  z.looseObject({ messages: z.array(z.unknown()) }),
]);
const detokenizeBody = z.object({ tokens: z.array(z.int().min(0)).max(1_000_000) });

/** The host's app: chat completions, completions, embeddings, rerank, models, tokenize, detokenize, health and facts. */
export function createHost(options: HostOptions): Hono {
  const { model, scheduler } = options;
  const app = new Hono();
  const created = Math.floor(Date.now() / 1000);
  const modelCard = { id: model.id, object: 'model', created, owned_by: 'tiergate' };

  app.use(
    bodyLimit({
      maxSize: options.maxBodyBytes ?? 32 * 1024 * 1024,
      onError: () => {
        throw new GatewayError('BODY_TOO_LARGE', 'the request body is larger than this engine host accepts');
      },
    }),
  );

  app.post('/v1/chat/completions', async (context) => {
    const request = parseChatRequest(await jsonBody(context.req.raw));
    checkModel(request.model);
    checkAnswers();
    const { tokens, text } = chatPrompt(model, request);
    const { toolUse } = request;
    const plan = answerPlan(model.chatTemplate.answerFormat, text, toolUse?.tools ?? null);
    const constraint = enforceable(plan, request.constraint, toolUse);
    const shape = createChatShape(plan, model.controlTokens(markersOf(plan)));
    return respond(shape, 'chatcmpl', [tokens], { ...request, constraint }, context.req.raw.signal);
  });

  app.post('/v1/completions', async (context) => {
    const request = parseTextRequest(await jsonBody(context.req.raw));
    checkModel(request.model);
    checkAnswers();
    const { prompts, suffix, echo, n } = request;
    const tokens = prompts.map((prompt) => textPromptTokens(model, prompt, suffix));
    const texts = echo ? prompts.map((prompt) => echoOf(prompt)) : [];
    const echoes = texts.flatMap((text) => Array.from({ length: n }, () => text));
    const shape = createTextShape({ echoes, top: request.topLogprobs });
    return respond(shape, 'cmpl', tokens, request, context.req.raw.signal);
  });

  app.post('/v1/embeddings', async (context) => {
    const request = parseEmbeddingRequest(await jsonBody(context.req.raw));
    checkModel(request.model);
    return Response.json(await embed(options, request, context.req.raw.signal));
  });

  app.post('/v1/rerank', async (context) => {
    const request = parseRerankRequest(await jsonBody(context.req.raw));
    checkModel(request.model);
    return Response.json(await rerank(options, request, context.req.raw.signal));
  });

  app.get('/v1/models', (context) => context.json({ object: 'list', data: [modelCard] }));
  app.get('/livez', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', (context) => context.json({ status: 'ok', model: model.id }));
  app.get('/host', (context) =>
    context.json({
      ...options.facts,
      packed_weights: model.packedCacheState(),
      scheduler: scheduler.stats(),
    }),
  );

  app.post('/prefixes/save', async (context) => {
    if (options.savePrefixes) return context.json({ saved_tokens: await options.savePrefixes() });
    throw new GatewayError(
      'UNSUPPORTED_FEATURE',
      'this host keeps no prefixes on disk; start it with --kv-save',
    );
  });

  app.post('/tokenize', async (context) => {
    const body = accepted(tokenizeBody, await jsonBody(context.req.raw));
    const tokens =
      'content' in body && typeof body.content === 'string'
        ? model.tokenize(body.content, {
            special: body.add_special === true,
            parseSpecial: body.parse_special === true,
          })
        : chatPrompt(model, parseChatRequest(body)).tokens;
    return context.json({ count: tokens.length, tokens: [...tokens] });
  });

  app.post('/detokenize', async (context) => {
    const { tokens } = accepted(detokenizeBody, await jsonBody(context.req.raw));
    checkTokens(model, tokens, 'tokens');
    return context.json({ content: tokensText(model, tokens) });
  });

  app.notFound((context) => {
    const { method, path } = context.req;
    const error = new GatewayError(
      'NOT_FOUND',
      `no ${method} ${path} here; GET /v1/models shows what is served`,
    );
    return context.json(error.toBody(), 404);
  });

  app.onError((thrown) => {
    const error = toGatewayError(thrown);
    if (error.status >= 500)
      options.log?.(`engine host: ${error.code}: ${String(error.cause ?? error.message)}`);
    const headers: Record<string, string> =
      error.retryAfterS === null ? {} : { 'retry-after': `${error.retryAfterS}` };
    return Response.json(error.toBody(), { status: error.status, headers });
  });

  async function respond(
    shape: BodyShape,
    idPrefix: string,
    prompts: readonly Int32Array[],
    request: SamplingRequest,
    signal: AbortSignal,
  ): Promise<Response> {
    // Refused before an answer begins; the compiled grammar is kept.
    if (request.constraint) model.grammar(request.constraint);
    if (!request.stream) {
      return Response.json(await answerWhole(options, shape, idPrefix, prompts, request, signal));
    }
    const stream = await answerStream(options, shape, idPrefix, prompts, request, signal);
    return new Response(stream, {
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    });
  }

  /**
   * What the answer must spell. Parameters of a tool that no grammar can hold are left to the model, as OpenAI does, unless
   * the tool is strict.
   * @throws {GatewayError} INVALID_REQUEST, UNSUPPORTED_FEATURE
   */
  function enforceable(plan: AnswerPlan, own: Constraint | null, use: ToolUse | null): Constraint | null {
    const constraint = answerConstraint(plan, own, use);
    try {
      if (constraint) model.grammar(constraint);
      return constraint;
    } catch (error) {
      const tools = plan.tools && looserTools(plan.tools, (schema) => model.enforces(schema));
      if (!tools) throw error;
      return answerConstraint({ ...plan, tools }, own, use);
    }
  }

  function checkModel(asked: string | null): void {
    if (asked === null || asked === '' || asked === model.id || asked === `local/${model.id}`) return;
    throw new GatewayError(
      'MODEL_NOT_FOUND',
      `this host serves "${model.id}", not "${asked}"; ask for that one`,
      {
        param: 'model',
      },
    );
  }

  function checkAnswers(): void {
    if (model.info.isCausal && model.info.pooling !== RANK) return;
    const can =
      model.info.pooling === RANK ? 'ranks documents (POST /v1/rerank)' : 'embeds (POST /v1/embeddings)';
    throw new GatewayError(
      'UNSUPPORTED_FEATURE',
      `${model.id} ${can} and writes no text; ask a model that does`,
      { param: 'model' },
    );
  }

  const echoOf = (prompt: string | number[]): string =>
    typeof prompt === 'string' ? prompt : tokensText(model, prompt);

  return app;
}

async function jsonBody(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new GatewayError('INVALID_JSON', 'the request body is not JSON; send a JSON object', {
      cause: error,
    });
  }
}

function accepted<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new GatewayError('INVALID_REQUEST', `${issue.path.join('.') || 'the body'}: ${issue.message}`);
}
