import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { buildSchema, type DocumentNode, Kind, print, visit } from "graphql";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";
import { governmentSector } from "../../trust/pseudonym.ts";
import { sharedKeyPattern } from "../../trust/shared-key.ts";
import type { GraphAnswer } from "./city.ts";
import { nameNode } from "./federation/nodes.ts";
import { writeOperation } from "./federation/operations.ts";
import { type Received, type SectorTown, startSectorTown, type TownContext, type TownSubgraph } from "./sector-town.ts";

interface Person {
  readonly id: string;
}

/** Ways in which a subgraph may say whom it is asked about, by the types that they are said with. */
const kinds = {
  own: { type: "CitizenID", says: ({ id }: Person) => id },
  text: { type: "String", says: ({ id }: Person) => `a${id}b, "${id}"\n${id}` },
  list: { type: "[[String!]]!", says: ({ id }: Person) => [[id, `x-${id}`], null] },
  self: { type: "Citizen", says: ({ id }: Person) => ({ __typename: "Citizen", id }) },
  pair: { type: "[Citizen!]", says: ({ id }: Person) => [{ id }, { id }] },
  box: { type: "BOX", says: ({ id }: Person) => ({ who: id, words: `of ${id}`, box: { who: id } }) },
  echo: { type: "String", says: (_self: Person, given: object) => JSON.stringify(given) },
  twin: { type: "Citizen", says: ({ id }: Person, { who }: { readonly who?: string }) => ({ id: who ?? id }) },
} as const;
type KindOfField = keyof typeof kinds;
/** Those that are given the citizen as an argument as well. */
const askedWith: ReadonlySet<string> = new Set(["echo", "twin"]);

const names = ["register", "water", "power"] as const;
type Shape = Readonly<Record<(typeof names)[number], readonly KindOfField[]>>;
const someKinds = fc.uniqueArray(fc.constantFrom(...(Object.keys(kinds) as KindOfField[])), {
  minLength: 3,
  maxLength: 6,
});
const shapes: fc.Arbitrary<Shape> = fc.record({ register: someKinds, water: someKinds, power: someKinds });

const fieldsOf = (name: string, given: readonly KindOfField[], argument: string) =>
  given
    .map((kind) => {
      const args =
        kind === "echo" ? `(words: String${argument})` : kind === "twin" && argument ? "(who: CitizenID)" : "";
      return `${name}_${kind}${args}: ${kinds[kind].type.replace("BOX", `${name}_Box`)}`;
    })
    .join(" ");

function subgraphOf(name: string, given: readonly KindOfField[], sector: string | undefined): TownSubgraph {
  const box = `type ${name}_Box { who: CitizenID words: String box: ${name}_Box }`;
  const isRegister = name === "register";
  const query = isRegister ? "type Query { me: Citizen }" : "";
  return {
    sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
      @link(url: "https://huimin.invalid/rights/v1.0", import: ["@sharedKey"])
      directive @sharedKey on SCALAR
      scalar HomeKey @sharedKey
      type Home @key(fields: "key") { key: HomeKey! ${name}_tap: String }
      scalar CitizenID ${query} ${box}
      type Citizen @key(fields: "id") {
        id: CitizenID! ${isRegister ? "home: Home" : ""} ${fieldsOf(name, given, ", who: CitizenID")}
      }`,
    resolvers: {
      ...(isRegister && {
        Query: { me: (_root: unknown, _given: unknown, { subject }: TownContext) => ({ id: subject }) },
      }),
      Citizen: {
        __resolveReference: ({ id }: Person) => ({ id }),
        ...(isRegister && { home: ({ id }: Person) => ({ key: `home-of-${id}` }) }),
        ...Object.fromEntries(given.map((kind) => [`${name}_${kind}`, kinds[kind].says])),
      },
      Home: { __resolveReference: ({ key }: { key: string }) => ({ key, [`${name}_tap`]: `tap of ${key}` }) },
    },
    ...(sector !== undefined && { sector }),
  };
}

/** The schema without the arguments that name her: those are put in afterwards, as variables. */
function writingSchema(shape: Shape) {
  const all = names.map((name) => fieldsOf(name, shape[name], "")).join(" ");
  const boxes = names.map((name) => `type ${name}_Box { who: CitizenID words: String box: ${name}_Box }`).join(" ");
  return buildSchema(`scalar CitizenID type Query { me: Citizen } type Citizen { id: CitizenID! ${all} } ${boxes}`);
}

/** Names her by a variable wherever an argument takes her. */
function naming(document: DocumentNode): DocumentNode {
  const who = { kind: Kind.VARIABLE, name: nameNode("who") } as const;
  const type = { kind: Kind.NAMED_TYPE, name: nameNode("CitizenID") } as const;
  let used = false;
  const named = visit(document, {
    Field(node) {
      if (!askedWith.has(node.name.value.replace(/^\w+_/, ""))) return undefined;
      used = true;
      const argument = { kind: Kind.ARGUMENT, name: nameNode("who"), value: who } as const;
      return { ...node, arguments: [...(node.arguments ?? []), argument] };
    },
  });
  if (!used) return named;
  const definition = { kind: Kind.VARIABLE_DEFINITION, variable: who, type } as const;
  return visit(named, {
    OperationDefinition: (node) => ({
      ...node,
      variableDefinitions: [...(node.variableDefinitions ?? []), definition],
    }),
  });
}

const pseudonyms = /hm\d+_[A-Za-z0-9_-]{43}/g;

/** All that a subgraph can read of a request. */
function readable({ headers, body }: Received): string {
  const token = String(headers["txn-token"]);
  return JSON.stringify([headers, decodeProtectedHeader(token), decodeJwt(token), JSON.parse(body)]);
}

const townOf = (shape: Shape, sectors: Partial<Record<string, string>>) =>
  startSectorTown(
    Object.fromEntries(names.map((name) => [name, subgraphOf(name, shape[name], sectors[name])])),
    {},
    ["bank", "waterco"].filter((sector) => !Object.values(sectors).includes(sector)),
  );

const companies = { water: "waterco", power: "powerco" };
const her = randomUUID();

const plain = ({ status, data, errors }: GraphAnswer, form: string) =>
  JSON.parse(
    JSON.stringify({ status, data, codes: errors?.map(({ extensions }) => extensions.code) }).replaceAll(form, "HER"),
  );

async function tryOperation(
  town: SectorTown,
  reference: SectorTown,
  sector: string,
  document: DocumentNode,
  variables: object,
) {
  for (const calls of town.received.values()) calls.length = 0;
  const [form, expectedForm] = [town.forms(sector).seal(her), reference.forms(governmentSector).seal(her)];
  const query = print(naming(document));
  const answer = await town.ask(sector, her, query, { ...variables, who: form });
  const expected = await reference.ask(governmentSector, her, query, { ...variables, who: expectedForm });
  expect(plain(answer, form), query).toEqual(plain(expected, expectedForm));
  expect(new Set(JSON.stringify(answer.data).match(pseudonyms) ?? [form]), query).toEqual(new Set([form]));
  for (const [name, calls] of town.received) {
    const own = town.forms(companies[name as keyof typeof companies] ?? governmentSector).seal(her);
    for (const call of calls) expect(new Set(readable(call).match(pseudonyms)), query).toEqual(new Set([own]));
  }
  return plain(answer, form).codes === undefined;
}

describe("operations over any schema", () => {
  it("name her to everybody in the own form, and are answered as without sectors", { timeout: 120_000 }, async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.array(
          fc.tuple(
            fc.constantFrom("government", "bank", "waterco"),
            fc.array(fc.nat(1_000), { minLength: 20, maxLength: 80 }),
          ),
          {
            minLength: 12,
            maxLength: 12,
          },
        ),
        async (shape, trials) => {
          const schema = writingSchema(shape);
          const town = await townOf(shape, companies);
          const reference = await townOf(shape, {});
          try {
            for (const [sector, numbers] of trials) {
              const { document, variables } = writeOperation(schema, "query", numbers);
              if (await tryOperation(town, reference, sector, document, variables)) answered += 1;
            }
          } finally {
            await town.close();
            await reference.close();
          }
        },
      ),
      { numRuns: 4, endOnFailure: true },
    );
    expect(answered).toBeGreaterThan(20);
  });
});

const isSharedKey = (word: string) => sharedKeyPattern.test(word);

/** Words longer than this could join two tables; shorter ones are too few to tell citizens apart. */
const longestShared = 8;

/** What each citizen's requests told a company, word by word. Times in seconds are not kept apart: see below. */
function wordsOf(calls: readonly Received[], personOf: ReadonlyMap<string, string>): Map<string, Set<string>> {
  const words = new Map<string, Set<string>>();
  for (const call of calls) {
    const { sub } = decodeJwt(String(call.headers["txn-token"]));
    const person = personOf.get(String(sub));
    if (person === undefined) throw new Error("a company was told of nobody");
    const said = words.get(person) ?? new Set();
    for (const word of readable(call).split(/[^A-Za-z0-9_-]+/)) if (word.length > longestShared) said.add(word);
    words.set(person, said);
  }
  return words;
}

describe("two companies that put everything together", () => {
  it("find nothing in 1,000 operations by which to know a citizen of the one at the other", {
    timeout: 120_000,
  }, async () => {
    const all: Shape = { register: ["self"], water: ["text", "echo", "pair"], power: ["text", "echo", "box"] };
    const town = await townOf(all, companies);
    const people = Array.from({ length: 100 }, () => randomUUID());
    const query = `query ($who: CitizenID, $words: String) { me {
      water_text power_text water_echo(words: $words, who: $who) power_echo(words: $words, who: $who)
      home { key water_tap power_tap }
      water_pair { id power_box { who } } } }`;
    try {
      const lanes = Array.from({ length: 8 }, (_, lane) => people.filter((_person, index) => index % 8 === lane));
      const askFor = async (person: string) => {
        for (let round = 0; round < 10; round += 1) {
          const sector = round % 2 === 0 ? governmentSector : "bank";
          const variables = { who: town.forms(sector).seal(person), words: "what everybody asks" };
          expect((await town.ask(sector, person, query, variables)).errors).toBeUndefined();
        }
      };
      await Promise.all(
        lanes.map(async (lane) => {
          for (const person of lane) await askFor(person);
        }),
      );
      const [water, power] = (["water", "power"] as const).map((company) => {
        const forms = town.forms(companies[company]);
        return wordsOf(town.received.get(company) ?? [], new Map(people.map((person) => [forms.seal(person), person])));
      });
      expect([water?.size, power?.size]).toEqual([100, 100]);
      for (const company of [water, power]) {
        for (const words of company?.values() ?? []) expect([...words].filter(isSharedKey)).toHaveLength(1);
      }
      // A constant of the city tells nobody from another; a second of the clock tells when, which both know anyhow.
      const shared = new Map<string, number>();
      for (const person of people) {
        for (const word of water?.get(person) ?? []) {
          if (power?.get(person)?.has(word) && !/^\d{10}$/.test(word)) shared.set(word, (shared.get(word) ?? 0) + 1);
        }
      }
      expect([...shared].filter(([, count]) => count < people.length)).toEqual([]);
    } finally {
      await town.close();
    }
  });
});
