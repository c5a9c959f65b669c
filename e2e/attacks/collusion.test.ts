/** Attacks of two companies that lay side by side what the gateway has sent them. */
import { decodeJwt } from "jose";
import { createSectors } from "../../gateway/boundary/sectors.ts";
import { transactionTokenHeader } from "../../trust/transaction-token.ts";
import { attack, worked } from "./support/attack.ts";
import { careless } from "./support/composed-gateway.ts";
import type { Received } from "./support/subgraph-servers.ts";
import { somebody, type Town, towns } from "./support/town.ts";

const { real, weak } = towns();

/** A citizen reads both companies in one operation; the parts of the two calls that `read` tells are laid side by side. */
async function join(town: Town, read: (call: Received) => readonly unknown[], claims: object = {}): Promise<string> {
  const { water, power } = town.companies;
  for (let times = 0; times < 3; times += 1) {
    const token = await town.token(somebody(), { ...claims });
    const headers = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "x-request-id": "r1" };
    await town.ask("{ me { due usage } }", { token, headers });
  }
  const [waters, powers] = [water, power].map(({ received }) =>
    received.splice(0).map((call) => new Set(read(call).map((part) => JSON.stringify(part)))),
  );
  if (waters?.length !== 3 || powers?.length !== 3) return "not asked";
  // A join key is the same in both calls of one citizen, and another for the next.
  const found = waters.map((parts, i) => [...parts].filter((part) => powers[i]?.has(part)));
  const keys = found.map((parts, i) =>
    parts.filter((part) => !found.some((others, k) => k !== i && others.includes(part))),
  );
  return keys.every((parts) => parts.length > 0) ? worked : "nothing in common";
}

const claimsOf = ({ headers }: Received) => decodeJwt(String(headers[transactionTokenHeader]));

const oneSector = {
  against: "a gateway for which the companies are departments",
  real,
  weak: weak({ gateway: { sectors: (settings) => createSectors({ ...settings, subgraphs: new Map() }) } }),
};

attack("they join by the subject of the transaction tokens", {
  ...oneSector,
  attempt: (town) => join(town, (call) => [claimsOf(call).sub]),
  meets: "nothing in common",
});

attack("they join by the keys of the entities that they are asked about", {
  ...oneSector,
  attempt: (town) =>
    join(
      town,
      ({ body }) => JSON.parse(body).variables.representations ?? Object.values(JSON.parse(body).variables).flat(),
    ),
  meets: "nothing in common",
});

attack("they join by the transaction's ID", {
  against: "a gateway that gives one ID to all transaction tokens of a request",
  real,
  weak: weak({ gateway: { credentials: careless } }),
  attempt: (town) => join(town, (call) => [claimsOf(call).txn]),
  meets: "nothing in common",
});

attack("they join by the headers of the calls", {
  against: "a gateway that hands one trace ID to all subgraphs of a request",
  real,
  weak: weak({
    gateway: {
      credentials: (_signer, _sectors, usual) => async (errand, subgraph) => {
        const { headers, identity } = await usual(errand, subgraph);
        return { identity, headers: { ...headers, traceparent: `00-${identity}-01` } };
      },
    },
  }),
  attempt: (town) => join(town, ({ headers }) => Object.values(headers)),
  meets: "nothing in common",
});

attack("they join by the second in which she signed in", {
  ...oneSector,
  attempt: async (town) => {
    const { water, power } = town.companies;
    const times: unknown[] = [];
    for (const second of [1_700_000_001, 1_700_000_030]) {
      const token = await town.token(somebody(), { acr: "urn:huimin:loa:1", auth_time: second });
      await town.ask("{ me { due usage } }", { token });
      times.push(...[water, power].map(({ received }) => received.splice(0).map((call) => claimsOf(call).auth_time)));
    }
    return new Set(times.flat()).size === 2 ? worked : "the same for many";
  },
  meets: "the same for many",
});

attack("they join by the client through which she asks", {
  ...oneSector,
  attempt: (town) => joinByClient(town),
  meets: "nothing in common",
});

attack("they join by the person who acts for her", {
  ...oneSector,
  attempt: async (town) => {
    const act = { sub: town.forms("government").seal(somebody()) };
    const { water, power } = town.companies;
    await town.ask("{ me { due usage } }", { token: await town.token(somebody(), { act }) });
    const [one, other] = [water, power].map(({ received }) => received.splice(0).map((call) => claimsOf(call).act));
    return JSON.stringify(one) === JSON.stringify(other) ? worked : "nothing in common";
  },
  meets: "nothing in common",
});

/** A client that few use tells who she is. */
async function joinByClient(town: Town): Promise<string> {
  const { water, power } = town.companies;
  await town.ask("{ me { due usage } }", { token: await town.token(somebody(), { client_id: `rare-${somebody()}` }) });
  const [one, other] = [water, power].map(({ received }) => received.splice(0).map((call) => claimsOf(call).req_wl));
  return JSON.stringify(one) === JSON.stringify(other) ? worked : "nothing in common";
}
