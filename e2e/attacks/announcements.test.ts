/** Attacks by announced events: somebody tells citizens of what has not happened, or what is not hers to tell. */
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { EmbeddedJWK, exportJWK, generateKeyPair, type JWTVerifyGetKey, SignJWT } from "jose";
import { afterAll, beforeAll } from "vitest";
import { createSectors } from "../../gateway/boundary/sectors.ts";
import { addEventIntake, type IntakeParts } from "../../gateway/live/events/intake.ts";
import { type LoadedSupergraph, loadSupergraph } from "../../gateway/supergraph/supergraph.ts";
import { createHttpServer } from "../../platform/http.ts";
import { createMemoryStore } from "../../platform/keyvalue.ts";
import { createLogger } from "../../platform/log.ts";
import { eventKinds, eventTokenMediaType } from "../../trust/event-token.ts";
import { firstVersion, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { subgraphAudience } from "../../trust/transaction-token.ts";
import { attack, worked } from "./support/attack.ts";

const gatewayUrl = "http://gateway.example";
const pseudonymKey = Buffer.alloc(32, 7);
const { borderOfSubgraph } = createSectors({
  key: pseudonymKey,
  subgraphs: new Map([["utilities", "waterco"]]),
  versions: () =>
    new Map([
      ["government", firstVersion],
      ["waterco", firstVersion],
    ]),
});
const citizen = sectorPseudonyms(pseudonymKey, "waterco").seal(crypto.randomUUID());

let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let supergraph: LoadedSupergraph;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  keys = await generateKeyPair("ES256");
  supergraph = await loadSupergraph(readFileSync(new URL("../../schema/supergraph.graphql", import.meta.url), "utf8"));
  closing.push(() => supergraph.planner.close());
});
afterAll(async () => {
  for (const close of closing) await close();
});

/** The gateway's intake, and what it has handed on to those who listen. */
interface Intake {
  readonly url: string;
  readonly handedOn: readonly string[];
}

/** An intake to which utilities is a company that may announce, and health a department that may. */
function intake(other: Partial<IntakeParts> = {}): () => Promise<Intake> {
  return async () => {
    const handedOn: string[] = [];
    const app = createHttpServer({ log: createLogger("gateway", "silent"), ready: {} });
    const own: JWTVerifyGetKey = async () => keys.publicKey;
    addEventIntake(app, {
      gatewayUrl,
      keys: new Map([
        ["utilities", own],
        ["health", own],
      ]),
      borderOf: borderOfSubgraph,
      store: createMemoryStore(),
      stream: { publish: async (text) => void handedOn.push(text), follow: () => {}, close: async () => {} },
      supergraph: () => supergraph,
      ...other,
    });
    await app.listen({ port: 0, host: "localhost" });
    closing.unshift(() => app.close());
    return { url: `http://localhost:${(app.server.address() as AddressInfo).port}/events`, handedOn };
  };
}

interface Told {
  readonly subgraph?: string;
  readonly citizens?: readonly string[];
  readonly jti?: string;
  readonly audience?: string;
  readonly secondsAgo?: number;
  /** Whether it is signed with a key that comes with it. */
  readonly forged?: boolean;
}

/** Announces a bill; gives the code of the refusal. */
async function tell({ url }: Intake, told: Told = {}): Promise<string> {
  const { subgraph = "utilities", citizens = [citizen], jti = crypto.randomUUID(), secondsAgo = 0 } = told;
  const { privateKey, publicKey } = told.forged ? await generateKeyPair("ES256") : keys;
  const entity = { __typename: "Bill", id: "b-1" };
  const announcement = { field: "billIssued", entity, citizens, arguments: { service: "WATER" } };
  const body = await new SignJWT({ events: { [eventKinds.announcement]: announcement } })
    .setProtectedHeader({ alg: "ES256", typ: "secevent+jwt", kid: "1", jwk: await exportJWK(publicKey) })
    .setIssuer(subgraphAudience(subgraph))
    .setAudience(told.audience ?? `${gatewayUrl}/events`)
    .setIssuedAt(Math.floor(Date.now() / 1000) - secondsAgo)
    .setJti(jti)
    .sign(privateKey);
  const answer = await fetch(url, { method: "POST", headers: { "content-type": eventTokenMediaType }, body });
  return answer.status === 202 ? worked : ((await answer.json()) as { readonly err: string }).err;
}

attack("she signs an event of utilities with a key that she sends along", {
  against: "an intake that takes the key which comes with an event",
  real: intake(),
  weak: intake({ keys: new Map([["utilities", EmbeddedJWK]]) }),
  attempt: (target) => tell(target, { forged: true }),
  meets: "authentication_failed",
});

attack("she sends an event once more that she has copied", {
  against: "an intake that remembers no event",
  real: intake(),
  weak: intake({ store: { ...createMemoryStore(), add: async () => true } }),
  attempt: async (target) => {
    const jti = crypto.randomUUID();
    for (let times = 0; times < 2; times += 1) await tell(target, { jti });
    return target.handedOn.length > 1 ? worked : "heard once";
  },
  meets: "heard once",
});

attack("a company tells of a citizen by the name that the departments have for her", {
  against: "an intake that takes names of all sectors",
  real: intake(),
  weak: intake({ borderOf: () => undefined }),
  attempt: (target) =>
    tell(target, { citizens: [sectorPseudonyms(pseudonymKey, "government").seal(crypto.randomUUID())] }),
  meets: "access_denied",
});

attack("a department announces what another one owns", {
  weak: "cannot be shown: no intake takes an event without asking whose the field is",
  real: intake(),
  attempt: (target) => tell(target, { subgraph: "health", citizens: ["hm1_x"] }),
  meets: "access_denied",
});

attack("she sends on an event that was meant for another gateway", {
  weak: "cannot be shown: an event is never verified without its audience",
  real: intake(),
  attempt: (target) => tell(target, { audience: "http://elsewhere.example/events" }),
  meets: "authentication_failed",
});

attack("she keeps an event for two minutes", {
  weak: "cannot be shown: an event is never verified without its age",
  real: intake(),
  attempt: (target) => tell(target, { secondsAgo: 120 }),
  meets: "authentication_failed",
});
