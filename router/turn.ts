// Requests that arrived in one round of the event loop take their turn together: what parses sockets runs for all of them, then what
// reads their texts. Under load code and tables are still in the caches for the second one; a lone request waits for nobody.

let waiting: (() => void)[] = [];

function callAll(): void {
  const called = waiting;
  waiting = [];
  for (const resolve of called) resolve();
}

/** Resolves when the sockets that are readable now have been read. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.length === 0) setImmediate(callAll);
    waiting.push(resolve);
  });
}
