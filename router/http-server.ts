// The gateway's HTTP server: opens the socket, says clearly why it cannot, and drains.
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import type { Logger } from 'pino';
import { GatewayError } from '../contract/errors.ts';
import { createApp } from './app.ts';
import type { Config } from './config/schema.ts';
import type { Gateway } from './pipeline.ts';

type Server = ReturnType<typeof createAdaptorServer>;

export interface Address {
  host: string;
  /** 0: any free one. */
  port: number;
}

export interface HttpServer {
  /** The port that it listens on. */
  port: number;
  /** No new connections; open requests may end within the grace time (milliseconds). */
  drain(graceMs: number): Promise<void>;
}

function listen(server: Server, { host, port }: Address): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const hints: Record<string, string> = {
        EADDRINUSE: `port ${port} on ${host} is taken; stop what uses it, or choose another with --port or server.port`,
        EACCES: `port ${port} on ${host} may not be used by this user; choose one above 1023`,
        EADDRNOTAVAIL: `this machine has no address ${host}; check server.host`,
      };
      reject(
        new GatewayError(
          'CONFIG_INVALID',
          hints[error.code ?? ''] ?? `cannot listen on ${host}:${port}: ${error.message}`,
        ),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** @throws {GatewayError} CONFIG_INVALID when the address cannot be listened on */
export async function startHttpServer(
  gateway: Gateway,
  { auth, server: { max_body_bytes } }: Config,
  address: Address,
  log: Logger,
): Promise<HttpServer> {
  const app = createApp({ gateway, keys: auth.keys, maxBodyBytes: max_body_bytes, log });
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: true });
  const port = await listen(server, address);
  return {
    port,
    async drain(graceMs) {
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      await Promise.race([closed, sleep(graceMs, undefined, { ref: false })]);
    },
  };
}
