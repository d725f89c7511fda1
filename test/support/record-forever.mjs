// Records in a loop from 8 concurrent tasks and prints each id once its entry is committed, until it is killed.
// Arguments: path of the built ledger module, path of the SQLite file, an entry as JSON.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';

const [ledgerModule, path, json] = process.argv.slice(2);
const { openLedger } = await import(ledgerModule);
const ledger = await openLedger({ path });
const entry = JSON.parse(json);
for (let task = 0; task < 8; task += 1) {
  void (async () => {
    for (;;) {
      const id = randomUUID();
      await ledger.record({ ...entry, request: { ...entry.request, id } });
      // Synchronous: an id is printed only when the write has been handed over.
      writeSync(1, `${id}\n`);
    }
  })();
}
