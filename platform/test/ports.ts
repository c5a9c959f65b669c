import { createServer } from "node:net";

/**
 * Each worker of a test run has a slice of its own, and all lie below the ports that systems give to outgoing
 * connections (32768 and up on Linux): nobody takes a port between its choice and its use.
 */
const sliceSize = 1_000;
const sliceStart = 10_000 + sliceSize * (Number(process.env.VITEST_POOL_ID ?? 0) % 9);

let next = Math.floor(Math.random() * sliceSize);

/** A TCP port that nobody listens on; never the same twice in a row. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = sliceStart + (next++ % sliceSize);
    if (await isFree(port)) return port;
  }
}

/** Whether nobody listens on a port of this machine. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once("error", () => resolve(false));
  server.listen(port, "localhost", () => server.close(() => resolve(true)));
  return await promise;
}
