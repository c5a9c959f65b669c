/** A door in front of a subgraph that can be kept shut for a while. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface HeldSubgraph {
  readonly url: string;
  /** Keeps what is asked from now on waiting, until the function that it returns is called. */
  hold(): () => void;
  close(): Promise<void>;
}

/** @param behind the URL of the subgraph, asked for with each request */
export async function startHeldSubgraph(behind: () => string): Promise<HeldSubgraph> {
  let gate: Promise<void> = Promise.resolve();
  const server = createServer(async (request, response) => {
    const body = await text(request);
    await gate;
    const { host: _, connection: __, "content-length": ___, ...headers } = request.headers;
    const answer = await fetch(behind(), { method: "POST", headers: headers as Record<string, string>, body });
    response.setHeader("content-type", answer.headers.get("content-type") ?? "");
    response.writeHead(answer.status).end(await answer.text());
  }).listen(0, "localhost");
  await once(server, "listening");
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/graphql`,
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
