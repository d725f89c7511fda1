// What the primary process and its workers say to one another. Plain data: it travels as JSON.
import type { ErrorCode } from '../../contract/errors.ts';
import type { HostPhase } from '../../tiers/local-connection.ts';
import type { ConfigSnapshot } from '../config/config.ts';
import type { Address } from '../http-server.ts';
import type { Share } from './share.ts';

export interface WorkerStart {
  snapshot: ConfigSnapshot;
  address: Address;
  share: Share;
  /** Unix seconds; the same in all workers, whenever they were started. */
  startedAtS: number;
  /** Of every engine host, by target id. */
  phases: Record<string, HostPhase>;
}

export type ToGatewayWorker =
  | ({ kind: 'start' } & WorkerStart)
  | { kind: 'host'; target: string; phase: HostPhase }
  | { kind: 'drain' };

export type FromGatewayWorker =
  /** It listens to messages: what is sent before would be lost. */
  | { kind: 'hello' }
  | { kind: 'listening'; port: number }
  /** It cannot start; it ends. */
  | { kind: 'failed'; code: ErrorCode; message: string };
