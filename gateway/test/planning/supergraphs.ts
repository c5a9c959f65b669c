/** Small supergraphs for tests. */
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@shareable", "@override", "@tag", "@inaccessible", "@requires", "@external"
])`;

/** Composes subgraphs, by name to SDL without the federation link. */
export function composeSdl(subgraphs: Readonly<Record<string, string>>): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(subgraphs).map(([name, sdl]) => ({
      name,
      url: `http://${name}.invalid/graphql`,
      typeDefs: parse(`${federation}\n${sdl}`),
    })),
  );
  if (supergraphSdl === undefined) throw new Error(errors?.map(({ message }) => message).join("\n"));
  return supergraphSdl;
}

/** People here, their letters there. */
export const lettersSdl = composeSdl({
  people: `
    type Query { person(id: ID!): Person people(first: Int = 10, named: String): [Person!]! }
    type Mutation { rename(id: ID!, name: String!): Person }
    type Subscription { told: Person }
    type Person @key(fields: "id") { id: ID! name: String friends: [Person!]! }
  `,
  letters: `
    type Person @key(fields: "id") { id: ID! letters: [Letter!]! }
    type Letter { id: ID! text: String! to: Person }
  `,
});
