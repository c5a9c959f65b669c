/**
 * Composes the subgraphs' SDL into `schema/supergraph.graphql`.
 *
 *     npm run compose            writes the file
 *     npm run compose -- --check fails when the committed file is not what the subgraphs give
 */
import { readFileSync, writeFileSync } from "node:fs";
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";
import { putAudiences } from "./audience-tags.ts";
import { cityAudiences } from "./audiences.ts";
import { citizenIdFaults } from "./citizen-ids.ts";
import { requireCategories, requireRecipients } from "./city-rules.ts";
import { putDirectives, requireNone, takeDirectives } from "./directives.ts";
import { divideEvents, type Service } from "./events.ts";
import { listSizeFaults } from "./list-sizes.ts";
import { putOrganisations } from "./organisation-directive.ts";
import { cityOrganisations } from "./organisations.ts";

/** Every subgraph of the city, in the order in which it appears in the supergraph. */
export const subgraphNames = ["citizen", "health", "pension", "employment", "utilities", "water", "power"] as const;

const folder = new URL("./", import.meta.url);
const supergraphFile = new URL("supergraph.graphql", folder);

/**
 * The supergraph SDL of all committed subgraphs. The URLs inside only name the subgraphs: where each
 * one listens is configuration of the gateway.
 *
 * @throws Error that lists every composition error, each with the subgraph that caused it.
 */
export function composeSupergraph(): string {
  const services = subgraphNames.map((name) => ({
    name,
    url: `http://${name}.subgraph.invalid/graphql`,
    typeDefs: parse(readFileSync(new URL(`${name}.graphql`, folder), "utf8")),
  }));
  return composeCity(services);
}

/**
 * The supergraph SDL of these subgraphs, which keep the rules of the city, with whose each of them is and who sees what.
 *
 * @throws Error as `compose` does, when a field of the citizen is of no category, when something would reach an
 *   organisation that may not receive it, and when a tag opens something to an audience that may not see it
 */
export function composeCity(
  services: readonly Service[],
  register = cityOrganisations,
  audiences = cityAudiences,
): string {
  const composed = merge(services);
  requireCategories(parse(composed, { noLocation: true }));
  const owned = putOrganisations(composed, register);
  requireRecipients(parse(owned, { noLocation: true }));
  return headed(putAudiences(owned, audiences));
}

/**
 * The supergraph SDL of these subgraphs, with the announced events of each beside it and the demands of all merged.
 *
 * @throws Error as `composeSupergraph` does
 */
export function compose(services: readonly Service[]): string {
  return headed(merge(services));
}

function headed(supergraphSdl: string): string {
  return `# Composed by \`npm run compose\` from the subgraphs beside this file. Do not edit.\n${supergraphSdl}\n`;
}

function merge(services: readonly Service[]): string {
  const divided = takeDirectives(services);
  requireNone([...citizenIdFaults(services), ...listSizeFaults(services)]);
  const { supergraphSdl, errors } = composeServices(divided.services.flatMap(divideEvents));
  requireNone((errors ?? []).map(({ message }) => message));
  if (supergraphSdl === undefined) throw new Error("The subgraphs do not compose.");
  return putDirectives(supergraphSdl, divided);
}

if (import.meta.main) {
  const composed = composeSupergraph();
  if (process.argv.includes("--check")) {
    if (readFileSync(supergraphFile, "utf8") !== composed) {
      console.error("schema/supergraph.graphql is stale. Run `npm run compose` and commit it.");
      process.exitCode = 1;
    }
  } else {
    writeFileSync(supergraphFile, composed);
    console.log(`schema/supergraph.graphql composed from ${subgraphNames.length} subgraphs.`);
  }
}
