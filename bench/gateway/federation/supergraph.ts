/** Composes the federation for subgraphs at given addresses. */
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";
import { type SubgraphName, subgraphNames, typeDefs } from "./schema.ts";

export interface SubgraphDefinition {
  readonly name: string;
  readonly sdl: string;
  readonly url: string;
}

/** @returns the supergraph SDL with the addresses in `join__graph` */
export function composeSupergraph(urls: Readonly<Record<SubgraphName, string>>): string {
  return compose(subgraphNames.map((name) => ({ name, sdl: typeDefs[name], url: urls[name] })));
}

export function compose(subgraphs: readonly SubgraphDefinition[]): string {
  const composed = composeServices(subgraphs.map(({ name, sdl, url }) => ({ name, typeDefs: parse(sdl), url })));
  if (composed.supergraphSdl === undefined) throw new Error(`composition failed: ${composed.errors.join("; ")}`);
  return composed.supergraphSdl;
}
