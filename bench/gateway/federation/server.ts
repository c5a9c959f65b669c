/**
 * The four subgraphs in one process of their own, each on its port. The process that forked it asks over
 * IPC for the counts since it last asked, and sets by the same message how the subgraphs behave from then on.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parse } from "graphql";
import { stopProcess } from "../process.ts";
import { createSubgraph } from "./execute.ts";
import { resolvers } from "./resolvers.ts";
import { type SubgraphName, subgraphNames, typeDefs } from "./schema.ts";

/** How the subgraphs behave until told otherwise. */
export interface SubgraphBehaviour {
  /** How long each answer is held back, in milliseconds. */
  readonly latencyMs: number;
  /** Whether to keep the requests, to be read with the next counts. */
  readonly recording?: boolean;
}

/** One request as a subgraph got it. */
export interface RecordedCall {
  readonly url: string;
  readonly body: string;
  /** When it arrived, in milliseconds of the subgraphs' clock. */
  readonly arrivedMs: number;
}

/** What happened since the last time. */
export interface SubgraphActivity {
  readonly calls: number;
  readonly recorded: readonly RecordedCall[];
}

export interface Subgraphs {
  readonly urls: Readonly<Record<SubgraphName, string>>;
  /** Ends a period: what happened in it. The next one goes by `behaviour`. */
  period(behaviour: SubgraphBehaviour): Promise<SubgraphActivity>;
  close(): Promise<void>;
}

/** Starts them in a process of their own. */
export async function startSubgraphs(): Promise<Subgraphs> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), { execArgv: [] });
  const [urls] = (await once(child, "message")) as [Subgraphs["urls"]];
  return {
    urls,
    period: async (behaviour) => {
      child.send(behaviour);
      const [activity] = (await once(child, "message")) as [SubgraphActivity];
      return activity;
    },
    close: () => stopProcess(child),
  };
}

async function serve(): Promise<void> {
  let behaviour: SubgraphBehaviour = { latencyMs: 0 };
  let calls = 0;
  let recorded: RecordedCall[] = [];

  const listen = async (name: SubgraphName): Promise<[SubgraphName, string]> => {
    const answer = createSubgraph(parse(typeDefs[name]), resolvers[name]);
    const respond = async (body: string, response: ServerResponse, url: string) => {
      calls++;
      const { latencyMs, recording } = behaviour;
      if (recording) recorded.push({ url, body, arrivedMs: performance.now() });
      const bytes = await answer(body);
      if (latencyMs > 0) await wait(latencyMs);
      response.writeHead(200, { "content-type": "application/json", "content-length": bytes.length }).end(bytes);
    };
    const server = createServer((request, response) => readBody(request, (body) => respond(body, response, url)));
    server.keepAliveTimeout = 0;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
    return [name, url];
  };

  process.on("message", (next: SubgraphBehaviour) => {
    process.send?.({ calls, recorded });
    [behaviour, calls, recorded] = [next, 0, []];
  });
  process.on("disconnect", () => process.exit());
  process.send?.(Object.fromEntries(await Promise.all(subgraphNames.map(listen))));
}

/** Reads a body as it comes, with no limit: whoever calls is the bench. */
export function readBody(request: IncomingMessage, done: (body: string) => void): void {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (chunk: string) => {
    body += chunk;
  });
  request.on("end", () => done(body));
}

if (import.meta.main) await serve();
