/** The bound: a `node:http` server in a process of its own that answers every request with the same bytes. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

export interface BareServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the server in a process of its own, as the gateway is one. */
export async function serveBytes(answer: Buffer): Promise<BareServer> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), {
    env: { ...process.env, BARE_ANSWER: answer.toString("base64") },
  });
  const [port] = (await once(child, "message")) as [number];
  return {
    url: `http://localhost:${port}/`,
    close: async () => {
      child.kill();
      await once(child, "exit");
    },
  };
}

if (import.meta.main && process.send) {
  const answer = Buffer.from(process.env.BARE_ANSWER ?? "", "base64");
  const headers = {
    "content-type": "application/graphql-response+json; charset=utf-8",
    "content-length": answer.length,
  };
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(200, headers).end(answer));
  });
  server.listen(0, "localhost", () => {
    const address = server.address();
    if (address && typeof address === "object") process.send?.(address.port);
  });
}
