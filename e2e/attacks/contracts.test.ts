/** Attacks of a citizen on what her contract hides: she finds out what the staff can ask. */
import { createHash } from "node:crypto";
import { attack, worked } from "./support/attack.ts";
import { ending, somebody, type Town, towns } from "./support/town.ts";

const contracts = { public: { exclude: ["staff"], clients: ["*"] }, staff: { roles: true } };
const { real, weak } = towns({ HUIMIN_CONTRACTS: JSON.stringify(contracts) });
const open = { against: "a gateway without contracts", real, weak: weak({}) };

const drill = "{ drill { at } }";
const staff = {
  department: "health",
  role: "nurse",
  acr: "urn:huimin:loa:3",
  auth_time: Math.floor(Date.now() / 1000),
};
const asks = async (town: Town, query: string, variables: object = {}) =>
  ending(await town.ask(query, { token: await town.token(somebody()), variables: { ...variables } }), "noon");

attack("she asks for a field of the staff under an alias in a fragment", {
  ...open,
  attempt: (town) => asks(town, "{ ...F } fragment F on Query { found: drill { at } }"),
  meets: "GRAPHQL_VALIDATION_FAILED",
});

attack("she asks for it on a condition that never holds, to see whether it is there", {
  ...open,
  attempt: async (town) => {
    const query = "query ($no: Boolean = false) { me { name } ... @include(if: $no) { drill { at } } }";
    const { errors } = await town.ask(query, { token: await town.token(somebody()) });
    return errors?.[0]?.extensions.code ?? worked;
  },
  meets: "GRAPHQL_VALIDATION_FAILED",
});

attack("she puts a type of the staff into the condition of a fragment, to see whether it is there", {
  ...open,
  attempt: async (town) => {
    const query = "{ me { name } } fragment F on StaffDrill { at }";
    const { errors = [] } = await town.ask(query, { token: await town.token(somebody()) });
    return errors.some(({ message }) => message.includes("Unknown type")) ? "Unknown type" : worked;
  },
  meets: "Unknown type",
});

attack("she sends the text that the staff has just sent, and was compiled for them", {
  ...open,
  attempt: async (town) => {
    await town.ask(drill, { token: await town.token(somebody(), staff) });
    return await asks(town, drill);
  },
  meets: "GRAPHQL_VALIDATION_FAILED",
});

attack("she names a text that the staff has registered by its hash", {
  ...open,
  attempt: async (town) => {
    const sha256Hash = createHash("sha256").update(drill).digest("hex");
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    const post = async (token: string, body: object) =>
      await fetch(`${town.url}/graphql`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/graphql-response+json",
          authorization: `Bearer ${token}`,
        },
        body: JSON.stringify(body),
      });
    await post(await town.token(somebody(), staff), { query: drill, extensions });
    const answer = await post(await town.token(somebody()), { extensions });
    return ending({ status: answer.status, headers: answer.headers, ...((await answer.json()) as object) }, "noon");
  },
  meets: "PERSISTED_QUERY_NOT_FOUND",
});
