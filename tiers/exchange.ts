// One HTTP exchange over an undici pool: phases with their timeouts, cancellation, and errors in our words.
// No message holds a header, a body or a query: only the origin, the phase and the error's code.
import type { IncomingHttpHeaders } from 'node:http';
import type { CancelSignal } from '../contract/cancellation.ts';
import { GatewayError } from '../contract/errors.ts';
import { abortError } from './clock.ts';
import { CoarseTimer } from './coarse-timer.ts';
import { type BodySource, ResponseBody } from './response-body.ts';

/** Milliseconds; 0 switches a limit off. */
export interface Timeouts {
  /** Until a connection is ready, waiting for a free one included. */
  connectMs: number;
  /** From there to the response's headers: for an unstreamed answer that is the whole generation. */
  firstByteMs: number;
  /** Between two pieces of the body. */
  idleMs: number;
  /** The whole exchange. */
  totalMs: number;
}

export interface EgressResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: ResponseBody;
}

const PHASES = {
  connect: 'no connection',
  firstByte: 'no answer',
  idle: 'no further data',
  total: 'no complete answer',
} as const;

const LIMITS = { connect: 'connectMs', firstByte: 'firstByteMs', idle: 'idleMs', total: 'totalMs' } as const;

type Phase = keyof typeof PHASES;

/** What undici lets a request's handler do with its connection. */
interface Connection {
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

const codeOf = (error: Error): string => {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : error.name;
};

export class Exchange implements BodySource {
  readonly #origin: string;
  readonly #timeouts: Timeouts;
  readonly #signal: CancelSignal;
  #resolve!: (response: EgressResponse) => void;
  #reject!: (error: unknown) => void;
  #controller: Connection | null = null;
  #body: ResponseBody | null = null;
  #phase: Phase = 'connect';
  readonly #phaseTimer = new CoarseTimer(() => this.#timeOut(this.#phase));
  readonly #totalTimer = new CoarseTimer(() => this.#timeOut('total'));
  #over = false;

  constructor(origin: string, timeouts: Timeouts, signal: CancelSignal) {
    this.#origin = origin;
    this.#timeouts = timeouts;
    this.#signal = signal;
  }

  /** Starts it with `dispatch`, which hands this handler to the pool; resolves at the response's headers. */
  run(dispatch: () => void): Promise<EgressResponse> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#signal.aborted) {
        this.#fail(abortError(this.#signal));
        return;
      }
      this.#signal.addEventListener('abort', this.#onAbort);
      this.#totalTimer.start(this.#timeouts.totalMs);
      dispatch();
      // A kept-alive connection starts the request inside dispatch: then there is nothing to connect.
      if (this.#phase === 'connect' && !this.#over) this.#arm('connect');
    });
  }

  onRequestStart(controller: Connection): void {
    this.#controller = controller;
    if (this.#over) controller.abort(new Error('cancelled'));
    else this.#arm('firstByte');
  }

  onResponseStart(_: Connection, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#body = new ResponseBody(this);
    this.#arm('idle');
    this.#resolve({ status, headers, body: this.#body });
  }

  onResponseData(_: Connection, chunk: Buffer): void {
    this.#phaseTimer.refresh();
    this.#body?.push(chunk);
  }

  onResponseEnd(): void {
    this.#finish();
    this.#body?.close();
  }

  onResponseError(_: Connection, error: Error): void {
    this.#fail(this.#translate(error));
  }

  pause(): void {
    this.#phaseTimer.stop();
    this.#controller?.pause();
  }

  resume(): void {
    if (this.#over) return;
    this.#arm('idle');
    this.#controller?.resume();
  }

  cancel(): void {
    this.#finish();
    this.#controller?.abort(new Error('cancelled'));
  }

  readonly #onAbort = (): void => {
    this.#fail(abortError(this.#signal));
    this.cancel();
  };

  #arm(phase: Exclude<Phase, 'total'>): void {
    this.#phase = phase;
    this.#phaseTimer.start(this.#timeouts[LIMITS[phase]]);
  }

  #timeOut(phase: Phase): void {
    this.#fail(this.#timeoutError(phase, this.#timeouts[LIMITS[phase]]));
    this.cancel();
  }

  #timeoutError(phase: Phase, limitMs: number): GatewayError {
    const message = `${this.#origin} gave ${PHASES[phase]} within ${limitMs} ms (${LIMITS[phase]}); raise that timeout or check the server`;
    return new GatewayError('PROVIDER_TIMEOUT', message);
  }

  #translate(error: Error): GatewayError {
    const code = codeOf(error);
    const cause = error;
    if (code === 'UND_ERR_CONNECT_TIMEOUT') return this.#timeoutError('connect', this.#timeouts.connectMs);
    if (code === 'UND_ERR_INVALID_ARG') {
      const message = `the request to ${this.#origin} has an invalid header; look for line breaks in its api_key and headers`;
      return new GatewayError('CONFIG_INVALID', message, { cause });
    }
    if (error.name === 'HTTPParserError' || code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW') {
      // Without its cause: that holds a piece of the answer.
      return new GatewayError('PROVIDER_PROTOCOL', `${this.#origin} did not answer in HTTP/1.1 (${code})`);
    }
    if (this.#body !== null) {
      return new GatewayError(
        'PROVIDER_PROTOCOL',
        `${this.#origin} broke off in the middle of its answer (${code})`,
        { cause },
      );
    }
    const message = `${this.#origin} could not be reached (${code}); check base_url and that the server runs`;
    return new GatewayError('PROVIDER_UNREACHABLE', message, { cause });
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#finish();
    if (this.#body) this.#body.close(error);
    else this.#reject(error);
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#phaseTimer.stop();
    this.#totalTimer.stop();
    this.#signal.removeEventListener('abort', this.#onAbort);
  }
}
