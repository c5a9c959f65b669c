/** Attacks of a caseworker who reads more than her office asks of her. */

import type { Admit } from "../../gateway/admission/admit.ts";
import { purposeHeader } from "../../trust/purposes.ts";
import { attack } from "./support/attack.ts";
import { ending, somebody, type Town, towns, uncategorised, undemanding, unnamed } from "./support/town.ts";

const { real, weak } = towns();

/** Takes every purpose as it is stated, by whoever states it. */
const credulous =
  (admit: Admit): Admit =>
  async (request) => {
    const { [purposeHeader]: code, ...headers } = request.headers;
    const admission = await admit({ ...request, headers });
    const { admitted } = admission;
    if (admitted.kind !== "signed in" || code === undefined) return admission;
    const reader = { kind: "caseworker", department: "health", role: "nurse" } as const;
    const purpose = { code: String(code), reader, citizens: [] };
    return { ...admission, admitted: { ...admitted, caller: { ...admitted.caller, purpose } } };
  };

const nurse = {
  department: "health",
  role: "nurse",
  acr: "urn:huimin:loa:3",
  auth_time: Math.floor(Date.now() / 1000),
};

/** She asks for the name of a citizen who has nothing to do with her. */
async function reads(town: Town, purpose: string | undefined, claims: object = nurse): Promise<string> {
  const id = town.forms("government").seal(somebody());
  const query = `query ($id: ${town.idType}!) { citizen(id: $id) { name } }`;
  const token = await town.token(somebody(), { ...claims });
  const headers = purpose === undefined ? {} : { [purposeHeader]: purpose };
  return ending(await town.ask(query, { token, headers, variables: { id } }), `Name of ${id}`);
}

attack("she reads a citizen and states no purpose", {
  against: "a gateway that knows neither citizen IDs nor kinds of data, and a kit whose mayRead allows all",
  real,
  weak: weak({ sdl: (sdl) => uncategorised(unnamed(sdl)), mayRead: () => true }),
  attempt: (town) => reads(town, undefined),
  meets: "FORBIDDEN",
});

const believed = {
  against: "a gateway that takes every purpose as stated, before departments without the kit",
  real,
  weak: weak({ believing: true, sdl: uncategorised, gateway: { admit: credulous } }),
};

attack("she states the purpose of another department", {
  ...believed,
  attempt: (town) => reads(town, "pension-determination"),
  meets: "FORBIDDEN",
});

attack("she states a purpose that only another role of her department has", {
  ...believed,
  attempt: (town) => reads(town, "treatment", { ...nurse, role: "accountant" }),
  meets: "FORBIDDEN",
});

attack("she makes a purpose up", {
  ...believed,
  attempt: (town) => reads(town, "curiosity"),
  meets: "BAD_REQUEST",
});

attack("she signed in with less than a passkey", {
  ...believed,
  attempt: (town) => reads(town, "treatment", { ...nurse, acr: "urn:huimin:loa:2" }),
  meets: "INSUFFICIENT_USER_AUTHENTICATION",
});

attack("a citizen states a purpose as if she were a caseworker", {
  ...believed,
  attempt: (town) => reads(town, "treatment", {}),
  meets: "BAD_REQUEST",
});

attack("she states another department's purpose at a gateway that forgot to ask", {
  against: "departments without the kit behind it",
  real: weak({ gateway: { admit: credulous } }),
  weak: believed.weak,
  attempt: (town) => reads(town, "pension-determination"),
  meets: "FORBIDDEN",
});

attack("she reads what only the citizen herself may", {
  against: "a supergraph without @policy and @category",
  real,
  weak: weak({ sdl: (sdl) => uncategorised(undemanding(sdl)) }),
  attempt: async (town) =>
    ending(await town.ask("{ me { history } }", { token: await town.token(somebody(), nurse) }), "her history"),
  meets: "FORBIDDEN",
});

/** For the treatment of a citizen she asks for her language. */
async function readsBeyond(town: Town): Promise<string> {
  const id = town.forms("government").seal(somebody());
  const headers = { [purposeHeader]: "treatment" };
  const query = "query ($id: CitizenID!) { citizen(id: $id) { language } }";
  const token = await town.token(somebody(), nurse);
  return ending(await town.ask(query, { token, headers, variables: { id } }), "Uyghur");
}

/** Calls everything a health record. */
const mislabelled = (sdl: string) => sdl.replaceAll("person.preference", "health.record");
const unsorted = weak({ believing: true, composed: mislabelled });

attack("she reads a kind of data that her purpose does not cover", {
  against: "a supergraph in which it is of another kind, before departments without the kit",
  real,
  weak: unsorted,
  attempt: readsBeyond,
  meets: "FORBIDDEN",
});

attack("she reads past her purpose through a gateway that takes it for another kind of data", {
  against: "departments without the kit behind it",
  real: weak({ composed: mislabelled }),
  weak: unsorted,
  attempt: readsBeyond,
  meets: "FORBIDDEN",
});

attack("she reads while identity cannot write down that she did", {
  against: "a gateway that records no reads",
  real,
  weak: weak({ gateway: {} }),
  attempt: async (town) => {
    town.issuer.record.status = 503;
    const ended = await reads(town, "treatment");
    town.issuer.record.status = 200;
    return ended;
  },
  meets: "READ_NOT_RECORDED",
});

attack("she goes through a whole street in one request", {
  real,
  weak: "cannot be shown: every build counts whom a request for a purpose names",
  attempt: async (town) => {
    const street = Array.from({ length: 11 }, () => town.forms("government").seal(somebody()));
    const query = `{ ${street.map((id, i) => `c${i}: citizen(id: "${id}") { name }`).join(" ")} }`;
    const headers = { [purposeHeader]: "treatment" };
    return ending(await town.ask(query, { token: await town.token(somebody(), nurse), headers }), "Name of");
  },
  meets: "BAD_REQUEST",
});

attack("she changes something for a purpose, which is for reading", {
  real,
  weak: "cannot be shown: no build carries out a mutation for a purpose",
  attempt: async (town) => {
    const headers = { [purposeHeader]: "treatment" };
    const token = await town.token(somebody(), nurse);
    return ending(await town.ask('mutation { rename(name: "x") }', { token, headers }), "renamed");
  },
  meets: "FORBIDDEN",
});
