/** The SDL of a small town: two departments on the kit, two companies in sectors of their own. */
import type { SubgraphContext } from "../../../subgraphs/kit/context.ts";
import { requireSelf, requireTold } from "../../../subgraphs/kit/subgraph.ts";

const links = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@policy", "@tag"])
  @link(url: "https://huimin.invalid/rights/v1.0", import: ["@assurance", "@category"])
directive @assurance(level: Int!, maxAge: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
directive @category(names: [String!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
scalar CitizenID
`;

export const sdls = {
  citizen: `${links}
    type Query {
      me: Citizen
      citizen(id: CitizenID!): Citizen
      found(filter: Filter!): Citizen
      drill: StaffDrill @tag(name: "staff")
    }
    type Mutation { rename(name: String!): String }
    input Filter { id: CitizenID! }
    type StaffDrill @tag(name: "staff") { at: String }
    type Citizen @key(fields: "id") {
      id: CitizenID!
      name: String @category(names: ["person.name"])
      language: String @category(names: ["person.preference"])
      history: String @policy(policies: [["herself"]]) @category(names: ["person.preference"])
    }
  `,
  health: `${links}
    type Citizen @key(fields: "id") {
      id: CitizenID!
      diagnosis: String @assurance(level: 2) @category(names: ["health.record"])
      hospital: String @category(names: ["health.record"])
      entry: Entry @category(names: ["health.record"])
      scheme: String @category(names: ["health.insurance"])
    }
    interface Entry { text: String }
    type Note implements Entry { text: String @assurance(level: 3) }
  `,
  water: `${links}
    type Citizen @key(fields: "id") {
      id: CitizenID!
      due: Int @category(names: ["utility.bill"])
      neighbour: CitizenID @category(names: ["utility.bill"])
      bills(after: String): Bills @category(names: ["utility.bill"])
      meters(after: String): Bills @category(names: ["utility.bill"])
    }
    type Bills { page: String edges: [Bill!]! }
    type Bill { cursor: String! }
    type Subscription { dripped(of: CitizenID): Drip }
    type Drip { note: String secret: String @assurance(level: 2) }
  `,
  power: `${links}
    type Citizen @key(fields: "id") { id: CitizenID! usage: Int @category(names: ["utility.bill"]) }
  `,
} as const;

export type TownSubgraph = keyof typeof sdls;

/** The sectors of the companies, by subgraph. */
export const companySectors = { water: "waterco", power: "powerco" } as const;

interface Reference {
  readonly id: string;
}

const asked = (id: string, context: SubgraphContext) => {
  requireSelf(context, id);
  return { id };
};

/** What the departments answer on the kit. */
export const departmentResolvers = {
  citizen: {
    Query: {
      me: (_root: unknown, _none: unknown, { caller }: SubgraphContext) => ({ id: caller.subject }),
      citizen: (_root: unknown, { id }: Reference, context: SubgraphContext) => asked(id, context),
      found: (_root: unknown, { filter }: { readonly filter: Reference }, context: SubgraphContext) =>
        asked(filter.id, context),
      drill: () => ({ at: "noon" }),
    },
    Mutation: { rename: () => "renamed" },
    Citizen: { name: ({ id }: Reference) => `Name of ${id}`, language: () => "Uyghur", history: () => "her history" },
  },
  health: {
    Citizen: {
      diagnosis: () => "flu",
      hospital: (_of: Reference, _none: unknown, context: SubgraphContext) => {
        requireTold(context, "whereabouts");
        return "north";
      },
      entry: () => ({ __typename: "Note", text: "kept note" }),
      scheme: () => "RESIDENT",
    },
  },
} as const;

/** A list of water's. Its cursors hold the citizen's own ID, as companies write them. */
const list = ({ id }: Reference, { after }: { readonly after?: string }) => ({
  page: `page after ${after}`,
  edges: [{ cursor: Buffer.from(`20:${id}`).toString("base64") }],
});

/** A drip every fifty milliseconds, for as long as somebody listens. */
async function* drips() {
  for (;;) {
    yield { dripped: { note: "a drip", secret: "the leak" } };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The same from a subgraph that asks for no token and no right. */
export const believingResolvers = {
  citizen: {
    Query: {
      me: (_root: unknown, _none: unknown, { subject }: { readonly subject: string }) => ({ id: subject }),
      citizen: (_root: unknown, { id }: Reference) => ({ id }),
      found: (_root: unknown, { filter }: { readonly filter: Reference }) => filter,
      drill: () => ({ at: "noon" }),
    },
    Mutation: { rename: () => "renamed" },
    Citizen: { ...departmentResolvers.citizen.Citizen, __resolveReference: (reference: Reference) => reference },
  },
  health: {
    Citizen: {
      ...departmentResolvers.health.Citizen,
      hospital: () => "north",
      __resolveReference: (reference: Reference) => reference,
    },
  },
  water: {
    Citizen: {
      due: () => 12,
      neighbour: () => null,
      bills: list,
      meters: list,
      __resolveReference: (reference: Reference) => reference,
    },
    Subscription: { dripped: { subscribe: drips } },
  },
  power: { Citizen: { usage: () => 34, __resolveReference: (reference: Reference) => reference } },
} as const;
