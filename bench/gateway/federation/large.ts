/** A supergraph of 50 subgraphs and 5,000 fields, as a large organisation may have. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parse } from "graphql";
import { createSubgraph } from "./execute.ts";
import { readBody } from "./server.ts";
import { compose } from "./supergraph.ts";

const subgraphCount = 50;
const hubFields = 48;
const itemFields = 49;

export interface LargeFederation {
  readonly supergraph: string;
  /** An operation over ten of the subgraphs; each number makes it another one. */
  operation(number: number): string;
  close(): Promise<void>;
}

/** Serves all subgraphs from this process: they are asked one thing at a time. */
export async function startLargeFederation(): Promise<LargeFederation> {
  const indexes = Array.from({ length: subgraphCount }, (_, index) => index);
  const answers = indexes.map((index) => createSubgraph(parse(sdl(index)), resolvers(index)));
  const server = createServer((request, response) =>
    readBody(request, async (body) => {
      const bytes = await answers[Number(request.url?.slice(1))]?.(body);
      response.writeHead(200, { "content-type": "application/json" }).end(bytes);
    }),
  ).listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const definitions = indexes.map((index) => ({
    name: `s${index}`,
    sdl: sdl(index),
    url: `http://localhost:${port}/${index}`,
  }));
  return {
    supergraph: compose(definitions),
    operation,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A hundred fields: a share of the entity that all subgraphs have, an entity of its own, ways to it. */
function sdl(index: number): string {
  const fields = (prefix: string, count: number, type: string) =>
    Array.from({ length: count }, (_, field) => `${prefix}${index}_${field}: ${type}`).join("\n");
  return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    type Query { ${index === 0 ? "hub: Hub" : `item${index}: Item${index}`} }
    type Hub @key(fields: "id") { id: ID! ownItem${index}: Item${index} ${fields("h", hubFields, "Int")} }
    type Item${index} @key(fields: "id") { id: ID! ${fields("i", itemFields, "String")} }`;
}

function resolvers(index: number) {
  const item = () => ({ id: String(index) });
  return {
    Query: index === 0 ? { hub: () => ({ id: "hub" }) } : { [`item${index}`]: item },
    Hub: { __resolveReference: (key: object) => key, [`ownItem${index}`]: item },
  };
}

function operation(number: number): string {
  const parts = Array.from({ length: 10 }, (_, part) => (number + part * 5) % subgraphCount);
  const selections = parts.map((index) => `h${index}_1 h${index}_2 ownItem${index} { id i${index}_1 i${index}_2 }`);
  return `{ hub { id_${number}: id ${selections.join(" ")} } }`;
}
