// createApp(deps): middleware and routes as a handler for Hono's Node server; opens no socket.
import { Hono } from 'hono';
import type { Logger } from 'pino';
import { GatewayError } from '../contract/errors.ts';
import type { GatewayEnv } from './env.ts';
import { type ApiKey, auth } from './middleware/auth.ts';
import { onError } from './middleware/on-error.ts';
import { requestId } from './middleware/request-id.ts';
import type { Gateway } from './pipeline.ts';
import { livez, readyz } from './routes/health.ts';
import { chatCompletions, completions, embeddings, rerank } from './routes/model-answers.ts';
import { listModels, oneModel } from './routes/models.ts';
import { route } from './routes/route.ts';
import { scanTexts } from './routes/scan.ts';

export interface AppOptions {
  gateway: Gateway;
  keys: readonly ApiKey[];
  maxBodyBytes: number;
  log: Logger;
}

export function createApp({ gateway, keys, maxBodyBytes, log }: AppOptions): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  app.onError(onError(log));
  app.notFound((context) => {
    throw new GatewayError(
      'NOT_FOUND',
      `no such route: ${context.req.method} ${context.req.path}; see GET /v1/models, POST /v1/chat/completions, /v1/completions, /v1/embeddings, /v1/rerank, /v1/route, /v1/scan`,
    );
  });

  app.get('/livez', livez);
  app.get('/readyz', readyz(gateway));
  app.get('/health', readyz(gateway));

  app.use('*', requestId());
  app.use('/v1/*', auth(keys));
  app.post('/v1/chat/completions', chatCompletions(gateway, maxBodyBytes));
  app.post('/v1/completions', completions(gateway, maxBodyBytes));
  app.post('/v1/embeddings', embeddings(gateway, maxBodyBytes));
  app.post('/v1/rerank', rerank(gateway, maxBodyBytes));
  app.post('/v1/route', route(gateway, maxBodyBytes));
  app.post('/v1/scan', scanTexts(gateway, maxBodyBytes));
  app.get('/v1/models', listModels(gateway));
  app.get('/v1/models/:id{.+}', oneModel(gateway));
  const posts = [
    '/v1/chat/completions',
    '/v1/completions',
    '/v1/embeddings',
    '/v1/rerank',
    '/v1/route',
    '/v1/scan',
  ];
  for (const path of [...posts, '/v1/models']) {
    app.all(path, (context) => {
      const allowed = path === '/v1/models' ? 'GET' : 'POST';
      context.header('allow', allowed);
      throw new GatewayError(
        'METHOD_NOT_ALLOWED',
        `${context.req.method} ${path} is not allowed; use ${allowed}`,
      );
    });
  }
  return app;
}
