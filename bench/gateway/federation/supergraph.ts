/** Composes the federation for subgraphs at given addresses. */
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";
import { type SubgraphName, subgraphNames, typeDefs } from "./schema.ts";

/** @returns the supergraph SDL with the addresses in `join__graph` */
export function composeSupergraph(urls: Readonly<Record<SubgraphName, string>>): string {
  const composed = composeServices(
    subgraphNames.map((name) => ({ name, typeDefs: parse(typeDefs[name]), url: urls[name] })),
  );
  if (composed.supergraphSdl === undefined) throw new Error(`composition failed: ${composed.errors.join("; ")}`);
  return composed.supergraphSdl;
}
