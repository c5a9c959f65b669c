/** Real subgraphs on the city's SDL, whose data is made from the citizen ID alone. */
import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { createHttpServer } from "../../platform/http.ts";
import { createLogger } from "../../platform/log.ts";
import type { SubgraphContext } from "../../subgraphs/kit/context.ts";
import { gatewayKeys } from "../../subgraphs/kit/gateway-keys.ts";
import type { SubgraphResolvers } from "../../subgraphs/kit/resolvers.ts";
import { mountSubgraph, requireSelf } from "../../subgraphs/kit/subgraph.ts";
import { callKey } from "../../trust/call-keys.ts";

export const subgraphNames = ["citizen", "health", "pension", "employment", "utilities", "water", "power"] as const;

/** The secret that the subgraphs share with the gateway, as its setting has it. */
export const sharedCallKey = `hmac-sha256:${Buffer.alloc(32, 7).toString("base64url")}`;

/** A company's pair of keys (RFC 9421, B.1.4): its own half, and the gateway's. */
export const companyCallKey = {
  own: "ed25519:n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU",
  gateway: "ed25519:JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
} as const;

export type SubgraphName = (typeof subgraphNames)[number];

export interface TestSubgraph {
  readonly url: string;
  /** The headers of every call that came in. */
  readonly calls: IncomingHttpHeaders[];
  close(): Promise<void>;
}

interface Reference {
  readonly id: string;
}

const resolvers: Readonly<Record<SubgraphName, SubgraphResolvers>> = {
  citizen: {
    Query: {
      me: (_root: unknown, _args: unknown, { caller }: SubgraphContext) => ({ id: caller.subject }),
      citizen: (_root: unknown, { id }: Reference, context: SubgraphContext) => {
        requireSelf(context, id);
        return { id };
      },
    },
    Citizen: { name: ({ id }: Reference) => ({ text: `Name of ${id}` }), preferredLanguage: () => "ug" },
  },
  health: {
    Citizen: { coverage: ({ id }: Reference) => ({ scheme: "RESIDENT", status: "ACTIVE", start: dayOf(id) }) },
  },
  pension: { Citizen: { pension: () => ({ status: "PAUSED", scheme: "RESIDENT", contributionMonths: 7 }) } },
  employment: {
    Citizen: { employment: ({ id }: Reference) => ({ status: "EMPLOYED", job: jobOf(id), formerJobs: [] }) },
  },
  utilities: {
    Citizen: { amountDue: () => ({ amount: 1234, currency: "CNY" }) },
    Bill: { service: () => "WATER", amount: () => ({ amount: 4_200, currency: "CNY" }) },
  },
  water: { Citizen: { waterAccount: ({ id }: Reference) => ({ number: `of ${id}`, bills: [] }) } },
  power: { Citizen: { powerAccount: ({ id }: Reference) => ({ number: `of ${id}`, bills: [] }) } },
};

/** Starts one subgraph that accepts the tokens of the gateway at `gatewayUrl`. */
export async function startSubgraph(
  name: SubgraphName,
  gatewayUrl: string,
  prepare: (app: FastifyInstance) => void = () => {},
  key = sharedCallKey,
): Promise<TestSubgraph> {
  const calls: IncomingHttpHeaders[] = [];
  const app = createHttpServer({ log: createLogger(name, "silent"), ready: {} });
  app.addHook("onRequest", async (request) => {
    calls.push(request.headers);
  });
  prepare(app);
  mountSubgraph(app, {
    name,
    sdl: readFileSync(new URL(`../../schema/${name}.graphql`, import.meta.url), "utf8"),
    resolvers: resolvers[name],
    loaders: () => ({}),
    callKey: callKey.parse(key),
    gateway: { issuer: gatewayUrl, keys: gatewayKeys(gatewayUrl) },
  });
  await app.listen({ port: 0, host: "localhost" });
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://localhost:${port}/graphql`, calls, close: () => app.close() };
}

function dayOf(citizenId: string): string {
  return `2020-01-${String((citizenId.charCodeAt(5) % 28) + 1).padStart(2, "0")}`;
}

function jobOf(citizenId: string) {
  return { id: citizenId, employer: `Employer of ${citizenId}`, occupation: "baker", start: "2019-05-01" };
}
