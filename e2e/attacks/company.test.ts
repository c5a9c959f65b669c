/** Attacks of a company: by its client, and by what its own subgraph asks for. */

import { createSectors, type Sectors } from "../../gateway/boundary/sectors.ts";
import { transactionTokenHeader } from "../../trust/transaction-token.ts";
import { attack, worked } from "./support/attack.ts";
import { careless } from "./support/composed-gateway.ts";
import { ending, somebody, type Town, towns, unnamed } from "./support/town.ts";

const { real, weak } = towns();

/** A company's client asks for a citizen who has signed in there. */
async function byClient(town: Town, citizen: string, query: string, variables: object = {}, claims: object = {}) {
  const token = await town.token(citizen, { sector: "waterco", client_id: "waterco-app", ...claims });
  return await town.ask(query, { token, variables: { ...variables } });
}

attack("its client reads the departments without their scopes", {
  against: "departments without the kit, and a gateway that looks at no scope",
  real,
  weak: weak({ believing: true, gateway: { credentials: careless } }),
  attempt: async (town) =>
    ending(await byClient(town, somebody(), "{ me { scheme } }", {}, { scope: "water:read citizen:read" }), "RESIDENT"),
  meets: "FORBIDDEN",
});

/** Borders that let every text pass as it is. */
const open = (settings: Parameters<typeof createSectors>[0]): Sectors => ({
  ...createSectors(settings),
  borderOfClients: () => undefined,
});

const borderless = {
  against: "a gateway without a border before companies' clients, and a kit whose mayRead allows all",
  real,
  weak: weak({ sdl: unnamed, mayRead: () => true, gateway: { sectors: open } }),
};

attack("its client learns the departments' form of a citizen's ID from the answer", {
  ...borderless,
  attempt: async (town) => {
    const citizen = somebody();
    return ending(await byClient(town, citizen, "{ me { id name } }"), town.forms("government").seal(citizen));
  },
  meets: "status 200",
});

attack("its client asks about her by the departments' form, to learn whether it is hers", {
  ...borderless,
  attempt: async (town) => {
    const citizen = somebody();
    const id = town.forms("government").seal(citizen);
    const query = `query ($id: ${town.idType}!) { citizen(id: $id) { name } }`;
    return ending(await byClient(town, citizen, query, { id }), "Name of");
  },
  meets: "FORBIDDEN",
});

attack("its client has another company's form of an ID translated into its own", {
  against: "a gateway that turns every form which it can open into the client's",
  real,
  weak: weak({
    sdl: unnamed,
    mayRead: () => true,
    gateway: { sectors: translating },
  }),
  attempt: async (town) => {
    const another = somebody();
    const id = town.forms("powerco").seal(another);
    const query = `query ($id: ${town.idType}!) { citizen(id: $id) { id } }`;
    return ending(await byClient(town, somebody(), query, { id }), town.forms("waterco").seal(another));
  },
  meets: "FORBIDDEN",
});

/** Opens every sector's forms, and closes them in the client's. */
function translating(settings: Parameters<typeof createSectors>[0]): Sectors {
  const real = createSectors(settings);
  const holders = (sector: string) => real.borderOfSubgraph(sector === "powerco" ? "power" : "water");
  return {
    ...real,
    borderOfClients: (holder) => {
      const own = real.borderOfClients(holder);
      return own && { ...own, inward: (text) => holders("powerco")?.inward(text) ?? text };
    },
  };
}

attack("its client asks about somebody else by its own form of her ID", {
  against: "a gateway that lets anybody be named, and a kit whose mayRead allows all",
  real,
  weak: weak({ sdl: unnamed, mayRead: () => true, gateway: { sectors: inOwnForms } }),
  attempt: async (town) => {
    const id = town.forms("waterco").seal(somebody());
    const query = `query ($id: ${town.idType}!) { citizen(id: $id) { name } }`;
    return ending(await byClient(town, somebody(), query, { id }), "Name of");
  },
  meets: "FORBIDDEN",
});

/** Takes everybody by the company's form. */
function inOwnForms(settings: Parameters<typeof createSectors>[0]): Sectors {
  const real = createSectors(settings);
  return {
    ...real,
    borderOfClients: (holder) => {
      const own = real.borderOfClients(holder);
      return own && { ...own, inward: (text) => real.borderOfSubgraph("water")?.inward(text) ?? text };
    },
  };
}

attack("it says that its token is of the departments' sector", {
  real,
  weak: "cannot be shown: the sector is part of what identity signs",
  attempt: async (town) => {
    const [head, payload = "", signature] = (await town.token(somebody(), { sector: "waterco" })).split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const altered = Buffer.from(JSON.stringify({ ...claims, sector: "government" })).toString("base64url");
    return ending(await town.ask("{ me { id } }", { token: `${head}.${altered}.${signature}` }), "hm1_");
  },
  meets: "TOKEN_INVALID",
});

/** The company's subgraph keeps the token with which it is asked, and uses it elsewhere. */
async function withTokenOfWater(town: Town, url: string, query: string, secret: string): Promise<string> {
  await town.ask("{ me { due } }", { token: await town.token(somebody()) });
  const token = String(town.companies.water.received.at(-1)?.headers[transactionTokenHeader]);
  const headers = { "content-type": "application/json", [transactionTokenHeader]: token };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
  return ending({ status: answer.status, headers: answer.headers, ...((await answer.json()) as object) }, secret);
}

attack("its subgraph shows a department the transaction token that it was asked with", {
  against: "departments without the kit",
  real,
  weak: weak({ believing: true }),
  attempt: (town) => withTokenOfWater(town, town.departments.citizen.url, "{ me { name } }", "Name of"),
  meets: "UNAUTHENTICATED",
});

attack("its subgraph looks in what it is sent for the citizen's access token", {
  against: "a gateway that passes the access token on",
  real,
  weak: weak({
    gateway: {
      credentials: (_signer, _sectors, usual) => async (errand, subgraph) => {
        const shown = await usual(errand, subgraph);
        const { authorization = `Bearer ${leaked.token}` } = errand.forwarded ?? {};
        return { ...shown, headers: { ...shown.headers, authorization } };
      },
    },
  }),
  attempt: async (town) => {
    leaked.token = await town.token(somebody());
    await town.ask("{ me { due } }", { token: leaked.token });
    const call = town.companies.water.received.at(-1);
    return JSON.stringify(call).includes(leaked.token) ? worked : "a token for it alone";
  },
  meets: "a token for it alone",
});

const leaked = { token: "" };
