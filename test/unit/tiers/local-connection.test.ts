// A connection to a host that another part of the program keeps alive, driven by the phases it reports.
import { describe, expect, it } from 'vitest';
import { HostConnection } from '../../../tiers/local-connection.ts';

const never = new AbortController().signal;
const reason = 'Cannot find module engine/main.js';

async function refusal(connection: HostConnection): Promise<string> {
  return connection.pool(never).then(
    () => 'none',
    (error: Error) => error.message,
  );
}

describe('a request that has waited long enough for the host', () => {
  it('says that it is still starting', async () => {
    expect(await refusal(new HostConnection(0))).toBe(
      'the local engine is still starting; try again shortly',
    );
  });

  it('says what ended the start before this one', async () => {
    const connection = new HostConnection(0);
    connection.enter({ kind: 'waiting', until: Date.now(), reason, refused: false });
    connection.enter({ kind: 'starting' });
    expect(await refusal(connection)).toBe(
      `the local engine is still starting, after it ended with: ${reason}; try again shortly`,
    );
  });

  it('says so too when the next start is due within its time', async () => {
    const connection = new HostConnection(30);
    connection.enter({ kind: 'waiting', until: Date.now() + 10, reason, refused: false });
    expect(await refusal(connection)).toContain(reason);
  });

  it('forgets it once the host was ready', async () => {
    const connection = new HostConnection(0);
    connection.enter({ kind: 'waiting', until: Date.now(), reason, refused: false });
    connection.enter({
      kind: 'ready',
      socket: '/nowhere',
      pid: 1,
      facts: { id: 'm', context_tokens: 1, isa: 'scalar' },
    });
    connection.enter({ kind: 'starting' });
    expect(await refusal(connection)).not.toContain(reason);
  });
});
