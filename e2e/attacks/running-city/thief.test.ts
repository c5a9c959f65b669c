/**
 * Attacks of a thief on a running city: with a token that he copied, or with a call that he overheard inside. Each is first
 * made by whom the token is for, or as the gateway makes the call, which is answered.
 */
import { exportJWK, generateKeyPair } from "jose";
import { inject } from "vitest";
import { authorize, type Credentials } from "../../../city/client/credentials.ts";
import { transactionTokenHeader } from "../../../trust/transaction-token.ts";
import { ask, codesOf, credentialsOf, type GraphAnswer } from "../../support/graph.ts";
import { attack, worked } from "../support/attack.ts";
import { addressOf, type CopiedCall, copiedCall, type Department, departments } from "../support/copied-call.ts";

const city = inject("city");
const hers = credentialsOf(city, "xiaohe");

const ending = (answer: GraphAnswer): string =>
  codesOf(answer)[0] ?? (answer.data ? worked : `status ${answer.status}`);

/** Asks for her name with what is shown. */
const shows = async (headers: Readonly<Record<string, string>>) =>
  ending(await ask(city.graph, "{ me { name { text } } }", undefined, headers));

type Show = (credentials: Credentials) => Promise<Readonly<Record<string, string>>>;
const properly: Show = (credentials) => authorize(credentials, "POST", city.graph);
const copied = (show: Show) => ({
  against: "the same city, to which she shows the token herself",
  weak: () => properly,
  real: () => show,
  attempt: async (way: Show) => await shows(await way(await hers)),
});

attack("he shows a copied token without its key", {
  ...copied(async ({ accessToken }) => ({ authorization: `DPoP ${accessToken}` })),
  meets: "DPOP_PROOF_INVALID",
});

attack("he shows a copied token as one that is bound to nothing", {
  ...copied(async ({ accessToken }) => ({ authorization: `Bearer ${accessToken}` })),
  meets: "TOKEN_INVALID",
});

attack("he proves a copied token with a key of his own", {
  ...copied(async (credentials) => {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    return await properly({ ...credentials, dpopJwk: await exportJWK(privateKey) });
  }),
  meets: "DPOP_PROOF_INVALID",
});

attack("he passes on a proof that she made for another address", {
  ...copied((credentials) => authorize(credentials, "POST", "https://shop.example/graphql")),
  meets: "DPOP_PROOF_INVALID",
});

attack("he sends her proof once more", {
  ...copied(async (credentials) => {
    const headers = await properly(credentials);
    await shows(headers);
    return headers;
  }),
  meets: "DPOP_PROOF_INVALID",
});

/** What is asked of each department in a copied call. */
const selections: Readonly<Record<Department, string>> = {
  health: "coverage { scheme }",
  pension: "pension { status }",
  employment: "employment { status }",
  utilities: "bills(first: 1) { edges { node { month } } }",
};

type Alter = (call: CopiedCall) => CopiedCall | Promise<CopiedCall>;

async function sends({ url, headers, body }: CopiedCall): Promise<string> {
  const response = await fetch(url, { method: "POST", headers, body });
  return ending({ status: response.status, ...((await response.json()) as object) });
}

const overheard = (department: Department, alter: Alter) => ({
  against: "the same department, called by the gateway",
  weak: (): Alter => (call) => call,
  real: () => alter,
  attempt: async (way: Alter) =>
    await sends(await way(await copiedCall(city, department, await hers, selections[department]))),
  meets: "UNAUTHENTICATED",
});

const sentBefore: Alter = async (call) => {
  await sends(call);
  return call;
};

attack("he sends health the whole call that he overheard once more, signature and all", {
  ...overheard("health", sentBefore),
});

attack("he sends pension the whole call that he overheard once more, signature and all", {
  ...overheard("pension", sentBefore),
});

attack("he sends employment the whole call that he overheard once more, signature and all", {
  ...overheard("employment", sentBefore),
});

attack("he sends utilities the whole call that he overheard once more, signature and all", {
  ...overheard("utilities", sentBefore),
});

attack("he puts another body under the signature that he overheard", {
  ...overheard("health", (call) => ({ ...call, body: call.body.replace("scheme", "scheme start") })),
});

attack("he sends the call with its signature to another department", {
  ...overheard("health", (call) => ({ ...call, url: addressOf(city, "pension") })),
});

attack("he calls a department with the transaction token for another, under a signature of its own", {
  ...overheard("health", async (call) => {
    const token = (await copiedCall(city, "pension", await hers, "id")).headers[transactionTokenHeader] ?? "";
    return { ...call, headers: { ...call.headers, [transactionTokenHeader]: token } };
  }),
});

attack("he takes the signature away and keeps the transaction token", {
  ...overheard("pension", ({ headers, ...call }) => {
    const { signature: _signature, "signature-input": _input, "content-digest": _digest, ...others } = headers;
    return { ...call, headers: others };
  }),
});

attack("he shows a department the access token that he copied", {
  ...overheard("health", async (call) => {
    const { accessToken } = await hers;
    return { ...call, headers: { "content-type": "application/json", [transactionTokenHeader]: accessToken } };
  }),
});

attack("he asks every department at its port and shows nothing", {
  ...overheard("health", (call) => call),
  attempt: async (way) => {
    const ends = Object.keys(departments).map(async (name) => {
      const call = await copiedCall(city, name as Department, await hers, selections[name as Department]);
      return await sends(await way(call));
    });
    return [...new Set(await Promise.all(ends))].join();
  },
  real: () => (call) => ({ ...call, headers: { "content-type": "application/json" } }),
});
