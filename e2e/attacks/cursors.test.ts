/** Attacks of a citizen with the cursors of a company's list. */
import { createSectors } from "../../gateway/boundary/sectors.ts";
import { attack, worked } from "./support/attack.ts";
import { ending, somebody, type Town, towns } from "./support/town.ts";

const { real, weak } = towns();
const borderless = {
  against: "a gateway that hands cursors out as they are, and has no border before companies' clients",
  real,
  weak: weak({
    gateway: { sectors: (settings) => ({ ...createSectors(settings), borderOfClients: () => undefined }) },
  }),
};
const unsealed = { against: "a gateway that hands cursors out as they are", real, weak: weak({ gateway: {} }) };

/** The cursor in the list that a citizen is shown of her bills, and the token with which she asked. */
async function shown(town: Town, claims: object = {}) {
  const citizen = somebody();
  const token = await town.token(citizen, { ...claims });
  const { data } = await town.ask("{ me { bills { edges { cursor } } } }", { token });
  const me = data?.me as { readonly bills: { readonly edges: readonly { readonly cursor: string }[] } } | undefined;
  return { citizen, token, cursor: String(me?.bills.edges[0]?.cursor) };
}

/** Goes on in a list after a cursor. */
async function goOn(town: Town, token: string, after: string, list = "bills"): Promise<string> {
  const query = `query ($after: String) { me { ${list}(after: $after) { page } } }`;
  return ending(await town.ask(query, { token, variables: { after } }), "page after");
}

attack("she goes on in another's list by a cursor that she was shown", {
  ...unsealed,
  attempt: async (town) => await goOn(town, await town.token(somebody()), (await shown(town)).cursor),
  meets: "BAD_USER_INPUT",
});

attack("she takes her cursor to a client of another company", {
  ...borderless,
  attempt: async (town) => {
    const { citizen, cursor } = await shown(town);
    return await goOn(town, await town.token(citizen, { sector: "bank" }), cursor);
  },
  meets: "BAD_USER_INPUT",
});

attack("she takes her cursor to another client of the same sector", {
  ...unsealed,
  attempt: async (town) => {
    const { citizen, cursor } = await shown(town);
    return await goOn(town, await town.token(citizen, { client_id: "another" }), cursor);
  },
  meets: "BAD_USER_INPUT",
});

attack("she goes on in another list by the cursor of her bills", {
  ...unsealed,
  attempt: async (town) => {
    const { token, cursor } = await shown(town);
    return await goOn(town, token, cursor, "meters");
  },
  meets: "BAD_USER_INPUT",
});

attack("she alters a letter of her cursor", {
  ...unsealed,
  attempt: async (town) => {
    const { token, cursor } = await shown(town);
    return await goOn(town, token, `${cursor.slice(0, 20)}${cursor[20] === "A" ? "B" : "A"}${cursor.slice(21)}`);
  },
  meets: "BAD_USER_INPUT",
});

attack("she writes a cursor of her own, with another in it", {
  ...unsealed,
  attempt: async (town) => {
    const another = Buffer.from(`20:${town.forms("waterco").seal(somebody())}`).toString("base64");
    return await goOn(town, await town.token(somebody()), another);
  },
  meets: "BAD_USER_INPUT",
});

attack("her bank reads in her cursor by what name the water company knows her", {
  ...borderless,
  attempt: async (town) => {
    const { citizen, cursor } = await shown(town, { sector: "bank" });
    const inside = Buffer.from(cursor, "base64").toString();
    return inside.includes(town.forms("waterco").seal(citizen)) ? worked : cursor.slice(0, 5);
  },
  meets: "hmc1_",
});
