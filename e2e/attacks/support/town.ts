/** The town under attack: as the city would run it, or without one of its defences. */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "graphql";
import { afterAll } from "vitest";
import { createGateway } from "../../../gateway/server.ts";
import { type GraphAnswer, gatewayConfig, postQuery, type QueryOptions, ready } from "../../../gateway/test/city.ts";
import { accessToken, startIssuer, type TestIssuer, type TokenFlaws } from "../../../gateway/test/issuer.ts";
import { sharedCallKey } from "../../../gateway/test/subgraphs.ts";
import type { RunningService } from "../../../platform/lifecycle.ts";
import { createLogger } from "../../../platform/log.ts";
import { freePort } from "../../../platform/test/ports.ts";
import { compose } from "../../../schema/compose.ts";
import type { MayRead } from "../../../subgraphs/kit/rights.ts";
import { firstVersion, governmentSector, type SectorPseudonyms, sectorPseudonyms } from "../../../trust/pseudonym.ts";
import { worked } from "./attack.ts";
import { type OtherParts, startComposedGateway } from "./composed-gateway.ts";
import { companySectors, sdls, type TownSubgraph } from "./schemas.ts";
import { type BelievingServer, type SubgraphServer, startBelieving, startDepartment } from "./subgraph-servers.ts";

/** What is missing. */
export interface Weakness {
  /** The SDL of every subgraph, written otherwise. */
  readonly sdl?: (sdl: string) => string;
  /** The same for the supergraph alone: the subgraphs keep theirs. */
  readonly composed?: (sdl: string) => string;
  /** Whose data the departments give. */
  readonly mayRead?: MayRead;
  /** Whether the departments stand without the kit and believe whatever comes. */
  readonly believing?: boolean;
  /** A gateway that is put together from other parts. */
  readonly gateway?: OtherParts;
  /** Further settings of the gateway, by their variables. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Town {
  readonly url: string;
  readonly issuer: TestIssuer;
  /** The type by which its schema asks about a citizen. */
  readonly idType: "CitizenID" | "ID";
  readonly departments: { readonly citizen: SubgraphServer; readonly health: SubgraphServer };
  readonly companies: { readonly water: BelievingServer; readonly power: BelievingServer };
  /** The forms of a sector. */
  forms(sector: string): SectorPseudonyms;
  /** An access token of a citizen for a client of the sector, the departments' unless given. */
  token(citizenId: string, claims?: Readonly<Record<string, unknown>>, flaws?: TokenFlaws): Promise<string>;
  ask(query: string, options?: QueryOptions): Promise<GraphAnswer>;
  close(): Promise<void>;
}

/** Towns of a test file: the real one, and weak ones as its attacks want them. All end with the file. */
export function towns(realSettings: Readonly<Record<string, string>> = {}) {
  const started: Promise<Town>[] = [];
  const once = (weakness: Weakness) => {
    let town: Promise<Town> | undefined;
    return () => {
      if (!town) {
        town = startTown(weakness);
        started.push(town);
      }
      return town;
    };
  };
  afterAll(async () => {
    for (const town of started) await (await town).close();
  });
  return { real: once({ settings: realSettings }), weak: once };
}

async function startTown(weakness: Weakness): Promise<Town> {
  const key = randomBytes(32);
  const port = await freePort();
  const gatewayUrl = `http://localhost:${port}`;
  const issuer = await startIssuer();
  const sectors = [governmentSector, "waterco", "powerco", "bank"].map((sector) => [sector, firstVersion] as const);
  issuer.registerSectors(Object.fromEntries(sectors));
  const { sdl = (text) => text, composed = sdl } = weakness;
  const subgraphs = await startSubgraphs(sdl, gatewayUrl, weakness);
  const folder = await mkdtemp(join(tmpdir(), "huimin-"));
  const file = join(folder, "supergraph.graphql");
  const urls = Object.entries(subgraphs).map(([name, { url }]) => [name as TownSubgraph, url] as const);
  await writeFile(file, compose(urls.map(([name, url]) => ({ name, url, typeDefs: parse(composed(sdls[name])) }))));
  const config = await gatewayConfig({
    port,
    issuer: issuer.url,
    subgraphs: Object.fromEntries(urls),
    callKeys: weakness.believing ? {} : { citizen: sharedCallKey, health: sharedCallKey },
    settings: {
      HUIMIN_SUPERGRAPH: file,
      HUIMIN_PSEUDONYM_KEY: key.toString("base64url"),
      HUIMIN_SECTORS: Object.entries(companySectors)
        .map((entry) => entry.join("="))
        .join(","),
      ...weakness.settings,
    },
  });
  const gateway: RunningService = weakness.gateway
    ? await startComposedGateway(config, new Map(sectors), weakness.gateway)
    : await createGateway(config, createLogger("gateway", "silent"));
  await ready(gateway.url);
  const { citizen, health, water, power } = subgraphs;
  const forms = (sector: string) => sectorPseudonyms(key, sector);
  return {
    url: gateway.url,
    issuer,
    idType: composed(sdls.citizen).includes("(id: ID!)") ? "ID" : "CitizenID",
    departments: { citizen, health },
    companies: { water, power },
    forms,
    token: (citizenId, claims = {}, flaws = {}) => {
      const sector = String(claims.sector ?? governmentSector);
      const scope = `openid ${urls.map(([name]) => `${name}:read`).join(" ")}`;
      return accessToken(issuer, `${gatewayUrl}/graphql`, forms(sector).seal(citizenId), {
        ...flaws,
        claims: { sector, scope, ...claims },
      });
    },
    ask: (query, options) => postQuery(gateway.url, query, options),
    async close() {
      await gateway.close();
      await Promise.all([issuer.stop(), ...Object.values(subgraphs).map((subgraph) => subgraph.close())]);
      await rm(folder, { recursive: true });
    },
  };
}

async function startSubgraphs(sdl: (text: string) => string, gatewayUrl: string, { mayRead, believing }: Weakness) {
  const department = (name: "citizen" | "health") =>
    believing ? startBelieving(name, sdl(sdls[name])) : startDepartment(name, sdl(sdls[name]), gatewayUrl, mayRead);
  const [citizen, health, water, power] = await Promise.all([
    department("citizen"),
    department("health"),
    startBelieving("water", sdl(sdls.water)),
    startBelieving("power", sdl(sdls.power)),
  ]);
  return { citizen, health, water, power };
}

/** A citizen as identity knows her. */
export const somebody = (): string => randomUUID();

/** How it ended for who wanted to read `secret`: `worked`, or the code of the first error. */
export function ending({ status, data, errors }: GraphAnswer, secret: string | number): string {
  if (JSON.stringify(data ?? null).includes(String(secret))) return worked;
  return errors?.[0]?.extensions.code ?? `status ${status}`;
}

/** SDL in which nothing demands anything of who reads it. */
export const undemanding = (sdl: string): string =>
  sdl.replace(/ @assurance\(level: \d\)| @policy\(policies: [^)]*\)/g, "");

/** SDL in which what is asked about a citizen names her by an ID like any other. */
export const unnamed = (sdl: string): string =>
  sdl
    .replace("(id: CitizenID!)", "(id: ID!)")
    .replace("{ id: CitizenID! }", "{ id: ID! }")
    .replace("(of: CitizenID)", "(of: ID)");

/** SDL that says of nothing what kind of data it is. */
export const uncategorised = (sdl: string): string => sdl.replace(/ @category\(names: \["[^)]*\)/g, "");
