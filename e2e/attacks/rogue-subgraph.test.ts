/** Attacks of a company's subgraph that answers with something else than what it was asked for. */
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type Boundary, requestBody } from "../../gateway/boundary/boundary.ts";
import type { Credentials } from "../../gateway/boundary/credentials.ts";
import type { ErrorCode } from "../../trust/errors.ts";
import { attack, worked } from "./support/attack.ts";
import { ending, somebody, type Town, towns } from "./support/town.ts";

const { real, weak } = towns();

/** Fetches whatever comes from wherever it comes, and believes it. */
const credulous = (addresses: ReadonlyMap<string, URL>, credentials: Credentials): Boundary => ({
  async call(subgraph, request, errand) {
    const { headers } = await credentials(errand, subgraph);
    const init = { method: "POST", headers: { ...headers, "content-type": "application/json" } };
    const response = await fetch(addresses.get(subgraph) ?? "", { ...init, body: requestBody(request) });
    const { data, errors = [] } = (await response.json()) as ForgedAnswer;
    return {
      data: data ?? null,
      errors: errors.map(({ message, extensions }) => ({ message, code: extensions.code as ErrorCode })),
    };
  },
  close: async () => {},
});

interface ForgedAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

const believed = {
  against: "a boundary that fetches and believes what it gets, before departments without the kit",
  real,
  weak: weak({ believing: true, gateway: { boundary: credulous } }),
};

const json =
  (body: unknown): RequestListener =>
  (_request, response) => {
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  };

/** What a citizen gets to see who reads her bill while water answers so. */
async function whileForged(town: Town, forged: RequestListener, query = "{ me { due } }") {
  town.companies.water.forge(forged);
  try {
    return await town.ask(query, { token: await town.token(somebody()) });
  } finally {
    town.companies.water.forge(undefined);
  }
}

attack("it redirects the gateway to a server inside the city", {
  ...believed,
  attempt: async (town) => {
    const inside = createServer(json({ data: { _entities: [{ due: 4711 }] } })).listen(0, "localhost");
    await once(inside, "listening");
    const location = `http://localhost:${(inside.address() as AddressInfo).port}/admin`;
    const answer = await whileForged(town, (_request, response) => {
      response.writeHead(307, { location }).end();
    });
    inside.closeAllConnections();
    inside.close();
    return ending(answer, 4711);
  },
  meets: "SUBGRAPH_UNAVAILABLE",
});

attack("it answers with nine megabytes", {
  ...believed,
  attempt: async (town) => {
    const giant = { data: { _entities: [{ due: 4711 }] }, extensions: "x".repeat(9 * 1024 * 1024) };
    return ending(await whileForged(town, json(giant)), 4711);
  },
  meets: "SUBGRAPH_UNAVAILABLE",
});

attack("it holds the citizen for longer than five seconds", {
  ...believed,
  attempt: async (town) => {
    const late: RequestListener = (request, response) => {
      setTimeout(() => json({ data: { _entities: [{ due: 4711 }] } })(request, response), 5_500);
    };
    return ending(await whileForged(town, late), 4711);
  },
  meets: "SUBGRAPH_UNAVAILABLE",
});

/** An error of water's in its own words, beside its own code. */
const saying = (message: string, code: string) =>
  json({ data: { _entities: [null] }, errors: [{ message, extensions: { code } }] });

attack("it asks the citizen for her password in the words of an error", {
  ...believed,
  attempt: async (town) => {
    const { errors = [] } = await whileForged(town, saying("Call 555 and say your password.", "FORBIDDEN"));
    return errors[0]?.message.includes("555") ? worked : String(errors[0]?.extensions.code);
  },
  meets: "FORBIDDEN",
});

attack("it forges an error that only the gateway may give", {
  ...believed,
  attempt: async (town) => {
    const { errors = [] } = await whileForged(town, saying("Slow down.", "RATE_LIMITED"));
    return errors[0]?.extensions.code === "RATE_LIMITED" ? worked : String(errors[0]?.extensions.code);
  },
  meets: "INTERNAL_SERVER_ERROR",
});

attack("it lets the citizen see an address inside the city in an error", {
  ...believed,
  attempt: async (town) => {
    const { errors } = await whileForged(town, saying("connect ECONNREFUSED 10.0.0.7:5432", "INTERNAL_SERVER_ERROR"));
    return JSON.stringify(errors).includes("10.0.0.7") ? worked : String(errors?.[0]?.extensions.code);
  },
  meets: "INTERNAL_SERVER_ERROR",
});

attack("it answers with the departments' form of a citizen's ID", {
  ...believed,
  attempt: async (town) => {
    const neighbour = town.forms("government").seal(somebody());
    const forged = json({ data: { _entities: [{ neighbour }] } });
    return ending(await whileForged(town, forged, "{ me { neighbour } }"), neighbour);
  },
  meets: "SUBGRAPH_UNAVAILABLE",
});

attack("it answers with another company's form of a citizen's ID", {
  ...believed,
  attempt: async (town) => {
    const neighbour = town.forms("powerco").seal(somebody());
    const forged = json({ data: { _entities: [{ neighbour }] } });
    return ending(await whileForged(town, forged, "{ me { neighbour } }"), neighbour);
  },
  meets: "SUBGRAPH_UNAVAILABLE",
});

attack("it answers for a citizen whom it was not asked about", {
  ...believed,
  attempt: async (town) => {
    const neighbour = town.forms("waterco").seal(somebody());
    const forged = json({ data: { _entities: [{ neighbour }] } });
    return ending(await whileForged(town, forged, "{ me { neighbour } }"), "hm1_");
  },
  meets: "SUBGRAPH_UNAVAILABLE",
});

attack("it hides another's form behind escapes of JSON", {
  ...believed,
  attempt: async (town) => {
    const neighbour = town.forms("powerco").seal(somebody());
    const escaped = neighbour.replace("hm1_", "\\u0068m1_");
    const answer = await whileForged(
      town,
      (_request, response) => {
        response
          .setHeader("content-type", "application/json")
          .end(`{"data":{"_entities":[{"neighbour":"${escaped}"}]}}`);
      },
      "{ me { neighbour } }",
    );
    return ending(answer, neighbour);
  },
  meets: "SUBGRAPH_UNAVAILABLE",
});

attack("it answers for two citizens where it was asked about one", {
  ...believed,
  attempt: async (town) =>
    ending(await whileForged(town, json({ data: { _entities: [{ due: 4711 }, { due: 4712 }] } })), 4711),
  meets: "SUBGRAPH_UNAVAILABLE",
});

attack("it has the citizen's browser keep a cookie of its own", {
  real,
  weak: "cannot be shown: no part of the gateway passes headers of a subgraph on",
  attempt: async (town) => {
    const { headers } = await whileForged(town, (request, response) => {
      response.setHeader("set-cookie", "track=1");
      json({ data: { _entities: [{ due: 12 }] } })(request, response);
    });
    return headers.has("set-cookie") ? worked : "no cookie";
  },
  meets: "no cookie",
});
