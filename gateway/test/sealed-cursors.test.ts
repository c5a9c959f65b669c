import { randomUUID } from "node:crypto";
import { createClient } from "graphql-sse";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { GraphAnswer } from "./city.ts";
import { type SectorTown, startSectorTown, type TownContext } from "./sector-town.ts";

const links = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
  scalar CitizenID
  type PageInfo @shareable { endCursor: String hasNextPage: Boolean! }
`;
const registerSdl = `${links}
  type Query { me: Citizen }
  type Citizen @key(fields: "id") { id: CitizenID! visits(first: Int, after: String): Visits }
  type Visits { edges: [Visit!]! pageInfo: PageInfo! }
  type Visit { cursor: String! }
`;
const waterSdl = `${links}
  type Citizen @key(fields: "id") {
    id: CitizenID!
    bills(first: Int, after: String): Bills
    meters(first: Int, after: ID): Bills
    paged(page: Page, pages: [[Page!]!], words: String): Bills
  }
  input Page { after: String words: String next: Page }
  type Bills { edges: [Bill!]! pageInfo: PageInfo! }
  type Bill { cursor: String! words: String }
  type Subscription { billed(after: String): Bill }
`;

/** What each field was given as `after`. */
const given: unknown[] = [];
const list =
  (cursor: (citizen: string) => string) =>
  (citizen: { id: string }, { after }: { after?: string }) => {
    given.push(after);
    return {
      edges: [{ cursor: cursor(citizen.id), words: "cursor" }],
      pageInfo: { endCursor: cursor(citizen.id), hasNextPage: true },
    };
  };
/** As companies and departments write them: with the citizen's own key inside. */
const encoded = (id: string) => Buffer.from(`20:${id}`).toString("base64");

const [her, other] = [randomUUID(), randomUUID()];
let town: SectorTown;
beforeAll(async () => {
  const reference = { __resolveReference: (entity: object) => entity };
  town = await startSectorTown(
    {
      register: {
        sdl: registerSdl,
        resolvers: {
          Query: { me: (_root: unknown, _given: unknown, { subject }: TownContext) => ({ id: subject }) },
          Citizen: { ...reference, visits: list(encoded) },
        },
      },
      water: {
        sdl: waterSdl,
        sector: "waterco",
        resolvers: {
          Citizen: {
            ...reference,
            bills: list(encoded),
            meters: list(encoded),
            paged: (citizen: { id: string }, asked: object) => {
              given.push(asked);
              return list(encoded)(citizen, {});
            },
          },
          Subscription: {
            billed: {
              async *subscribe(_root: unknown, { after }: { after?: string }, { subject }: TownContext) {
                given.push(after);
                yield { billed: { cursor: encoded(subject) } };
              },
            },
          },
        },
      },
    },
    {},
    ["bank"],
  );
});
afterAll(() => town.close());
beforeEach(() => {
  given.length = 0;
});

const page = "edges { at: cursor } pageInfo { endCursor }";
const firstPage = `{ me { bills(first: 1) { ${page} } visits(first: 1) { ...P } } } fragment P on Visits { ${page} }`;
const further = (field: string, type = "String") =>
  `query ($after: ${type}) { me { ${field}(after: $after) { edges { cursor } } } }`;
const codes = ({ errors = [] }: GraphAnswer) => errors.map(({ extensions }) => extensions.code);

type Page = { readonly edges: readonly { readonly at: string }[]; readonly pageInfo: { readonly endCursor: string } };
async function cursorsFor(sector: string, citizen = her) {
  const { data } = await town.ask(sector, citizen, firstPage);
  const me = data?.me as Record<"bills" | "visits", Page> | undefined;
  if (!me) throw new Error("nothing is answered");
  const { bills, visits } = me;
  const ends = ({ edges, pageInfo }: Page) => [String(edges[0]?.at), pageInfo.endCursor] as const;
  return { bills: ends(bills), visits: ends(visits) };
}

describe("a cursor", () => {
  it("goes as it is to clients of the subgraph's own sector", async () => {
    const own = (sector: string) => encoded(town.forms(sector).seal(her));
    expect((await cursorsFor("government")).visits).toEqual([own("government"), own("government")]);
    expect((await cursorsFor("waterco")).bills).toEqual([own("waterco"), own("waterco")]);
  });

  it("goes sealed to all others, every time in another form, and comes back as it was", async () => {
    for (const sector of ["government", "bank"]) {
      const cursors = (await cursorsFor(sector)).bills;
      expect(cursors).toEqual([expect.stringMatching(/^hmc1_/), expect.stringMatching(/^hmc1_/)]);
      expect(new Set([...cursors, ...(await cursorsFor(sector)).bills]).size).toBe(4);
      for (const after of cursors) {
        given.length = 0;
        expect((await town.ask(sector, her, further("bills"), { after })).errors).toBeUndefined();
        expect(given).toEqual([encoded(town.forms("waterco").seal(her))]);
      }
    }
    const [visit] = (await cursorsFor("bank")).visits;
    given.length = 0;
    await town.ask("bank", her, further("visits"), { after: visit });
    expect(given).toEqual([encoded(town.forms("government").seal(her))]);
  });

  it("counts for none but whom it was given to, and where", async () => {
    const [hers] = (await cursorsFor("government")).bills;
    const altered = `${hers.slice(0, 20)}${hers[20] === "A" ? "B" : "A"}${hers.slice(21)}`;
    given.length = 0;
    const answers = [
      await town.ask("government", other, further("bills"), { after: hers }),
      await town.ask("bank", her, further("bills"), { after: hers }),
      await town.ask("government", her, further("meters", "ID"), { after: hers }),
      await town.ask("government", her, further("bills"), { after: altered }),
      await town.ask("government", her, further("bills"), { after: "20:1" }),
      await town.ask("government", other, `{ me { bills(after: "${hers}") { edges { cursor } } } }`),
      await town.ask("government", her, `{ me { bills(after: """20:1""") { edges { cursor } } } }`),
      await town.ask(
        "government",
        her,
        `query ($after: String = "20:1") ${"{ me { bills(after: $after) { edges { cursor } } } }"}`,
      ),
      await town.ask("government", her, further("paged(page: { after: $after })").replace("(after: $after)", ""), {
        after: hers,
      }),
    ];
    expect(answers.map(codes)).toEqual(answers.map(() => ["BAD_USER_INPUT"]));
    expect(given).toEqual([]);
  });

  it("is found wherever it is given: in the text, in input objects, in their lists", async () => {
    const { data } = await town.ask("government", her, "{ me { paged { edges { cursor } } } }");
    const [{ cursor }] = (Object(data?.me) as { paged: { edges: [{ cursor: string }] } }).paged.edges;
    const own = encoded(town.forms("waterco").seal(her));
    const inWords = { words: cursor };
    const page = { after: cursor, ...inWords, next: { after: cursor } };
    const openPage = { after: own, ...inWords, next: { after: own } };
    const ask = async (query: string, variables: object = {}) => {
      given.length = 0;
      const { errors } = await town.ask("government", her, query, { ...variables });
      expect(errors).toBeUndefined();
      return given[0];
    };
    const edges = "{ edges { cursor } }";
    const text = `words: ${JSON.stringify(cursor)}`;
    const literal = `{ after: "${cursor}", ${text}, next: { after: """${cursor}""" } }`;
    expect(await ask(`{ me { paged(page: ${literal}, ${text}) ${edges} } }`)).toEqual({ page: openPage, ...inWords });
    expect(await ask(`{ me { paged(pages: [[${literal}], []]) ${edges} } }`)).toEqual({ pages: [[openPage], []] });
    const wholly = `query ($page: Page, $pages: [[Page!]!]) { me { paged(page: $page, pages: $pages) ${edges} } }`;
    expect(await ask(wholly, { page, pages: [[page, {}], [page]] })).toEqual({
      page: openPage,
      pages: [[openPage, {}], [openPage]],
    });
    const inside = `query ($a: String, $p: Page) { me { paged(page: { after: $a, next: $p }, words: $a) ${edges} } }`;
    expect(await ask(inside, { a: cursor, p: page })).toMatchObject({ page: { after: own, next: openPage } });
  });

  it("is the same in a company's stream", async () => {
    const headers = { authorization: `Bearer ${await town.token("government", her)}` };
    const client = createClient({ url: `${town.url}/graphql`, headers, retryAttempts: 0 });
    const query = "subscription ($after: String) { billed(after: $after) { cursor } }";
    const firstOf = async (after?: string): Promise<unknown> => {
      for await (const event of client.iterate({ query, variables: { after } })) return event;
      return undefined;
    };
    const first = (await firstOf()) as { readonly data: { readonly billed: { readonly cursor: string } } };
    expect(first.data.billed.cursor).toMatch(/^hmc1_/);
    await firstOf(first.data.billed.cursor);
    expect(given).toEqual([undefined, encoded(town.forms("waterco").seal(her))]);
    expect(await firstOf("20:1")).toMatchObject({ errors: [{ extensions: { code: "BAD_USER_INPUT" } }] });
    client.dispose();
  });
});
