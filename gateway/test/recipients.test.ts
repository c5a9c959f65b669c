import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { parse } from "graphql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import { composeCity } from "../../schema/compose.ts";
import { createGateway } from "../server.ts";
import { gatewayConfig, newCitizenId, postQuery, ready } from "./city.ts";
import { accessToken, startIssuer, type TestIssuer } from "./issuer.ts";
import { type RecordingSubgraph, startRecordingSubgraph } from "./recording-subgraph.ts";

const head = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@context", "@fromContext"])
  @link(url: "https://huimin.invalid/rights/v1.0", import: ["@category"])
  directive @category(names: [String!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
  scalar CitizenID`;

const clinicSdl = `${head}
  type Query { me: Citizen }
  type Citizen @key(fields: "id") {
    id: CitizenID!
    diagnosis: String @category(names: ["health.record"])
    weight(unit: String): Int @category(names: ["health.record"])
  }`;

const officeSdl = `${head}
  type Citizen @key(fields: "id") @context(name: "patient") {
    id: CitizenID!
    diagnosis: String @external
    weight(unit: String): Int @external
    letter: String @requires(fields: "diagnosis") @category(names: ["person.preference"])
    diet: String @requires(fields: "weight(unit: \\"kg\\")") @category(names: ["person.preference"])
    desk: Desk @category(names: ["person.preference"])
    shelf: String @category(names: ["person.preference"])
  }
  type Desk @key(fields: "id") { id: ID! note(of: String @fromContext(field: "$patient { diagnosis }")): String }`;

const organisations = {
  clinic: { sector: "government", receives: [] },
  office: { sector: "government", receives: ["health.record"] },
} as const;
const subgraphs = { clinic: "clinic", office: "office" };

let issuer: TestIssuer;
let clinic: RecordingSubgraph;
let office: RecordingSubgraph;
let folder: string;
let logged = "";
const closing: (() => Promise<unknown>)[] = [];
/** Of the gateway that lets the office receive health records, and of the one that does not. */
let gateways: { readonly open: string; readonly closed: string };

beforeAll(async () => {
  issuer = await startIssuer();
  const citizen = { id: "1", diagnosis: "flu", weight: 70 };
  clinic = await startRecordingSubgraph(clinicSdl, { Query: { me: () => citizen } });
  office = await startRecordingSubgraph(officeSdl, {
    Citizen: {
      __resolveReference: (reference: object) => ({ ...reference, shelf: "shelf", desk: { id: "2" } }),
      letter: ({ diagnosis }: { readonly diagnosis: string }) => `about ${diagnosis}`,
      diet: ({ weight }: { readonly weight: number }) => `for ${weight}`,
    },
    Desk: {
      __resolveReference: (desk: object) => desk,
      note: (_desk: object, { of }: { readonly of: string }) => `of ${of}`,
    },
  });
  folder = await mkdtemp(join(tmpdir(), "huimin-"));
  const sdl = composeCity(
    [
      { name: "clinic", url: clinic.url, typeDefs: parse(clinicSdl) },
      { name: "office", url: office.url, typeDefs: parse(officeSdl) },
    ],
    { organisations, subgraphs },
  );
  gateways = {
    open: await start("open", sdl),
    closed: await start("closed", sdl.replace('["health.record"])\n}', "[])\n}")),
  };
});
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await Promise.all([clinic.close(), office.close(), issuer.stop()]);
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  logged = "";
  office.asked.length = 0;
});

async function start(name: string, sdl: string): Promise<string> {
  const file = join(folder, `${name}.graphql`);
  await writeFile(file, sdl);
  const port = await freePort();
  const urls = { clinic: clinic.url, office: office.url };
  const config = await gatewayConfig({
    port,
    issuer: issuer.url,
    subgraphs: urls,
    settings: { HUIMIN_SUPERGRAPH: file },
  });
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk);
      done();
    },
  });
  const gateway = await createGateway(config, createLogger("gateway", "info", stream));
  closing.push(() => gateway.close());
  await ready(gateway.url);
  return gateway.url;
}

async function ask(url: string, query: string) {
  const token = await accessToken(issuer, `${url}/graphql`, newCitizenId(), {
    claims: { scope: "clinic:read office:read" },
  });
  return await postQuery(url, query, { token });
}

describe("the gateway", () => {
  it.each([
    ["@requires", "{ me { letter } }", { letter: "about flu" }, "Citizen.diagnosis"],
    ["@requires with arguments", "{ me { diet } }", { diet: "for 70" }, "Citizen.weight"],
    ["@fromContext", "{ me { desk { note } } }", { desk: { note: "of flu" } }, "Citizen.diagnosis"],
    ["@requires in a deferred part", "{ me { shelf ... @defer { letter } } }", undefined, "Citizen.diagnosis"],
  ])("runs no plan that hands a subgraph what may not reach it: %s", async (_way, query, given, path) => {
    if (given) expect(await ask(gateways.open, query)).toMatchObject({ data: { me: given } });
    office.asked.length = 0;
    const { data, errors } = await ask(gateways.closed, query);
    expect(data ?? null).toBeNull();
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["INTERNAL_SERVER_ERROR"]);
    expect(office.asked).toEqual([]);
    expect(logged).toContain(`refused a plan: office (office) may not be handed ${path} (health.record)`);
    expect(logged).not.toContain("flu");
  });

  it("lets everything else through, for the same subgraph too", async () => {
    const answer = await ask(gateways.closed, "{ me { diagnosis shelf } }");
    expect(answer).toMatchObject({ data: { me: { diagnosis: "flu", shelf: "shelf" } } });
  });
});
