/** Attacks of a company in its own name: it has a purpose, and wants more. */

import type { Admit } from "../../gateway/admission/admit.ts";
import { createSectors, type Sectors } from "../../gateway/boundary/sectors.ts";
import { purposeHeader } from "../../trust/purposes.ts";
import { attack } from "./support/attack.ts";
import { ending, somebody, type Town, towns, uncategorised } from "./support/town.ts";

const { real, weak } = towns();

const ownPurpose = "supply-contract";

/** Takes whatever a company states for a purpose of staff, and none for its own. */
const credulous =
  (admit: Admit): Admit =>
  async (request) => {
    const { [purposeHeader]: code = ownPurpose, ...headers } = request.headers;
    const admission = await admit({ ...request, headers: { ...headers, [purposeHeader]: ownPurpose } });
    const { admitted } = admission;
    if (admitted.kind !== "signed in") return admission;
    const reader = { kind: "caseworker", department: "health", role: "nurse" } as const;
    const purpose = { code: String(code), reader, citizens: [] };
    return { ...admission, admitted: { ...admitted, caller: { ...admitted.caller, purpose } } };
  };

interface Reading {
  readonly purpose?: string;
  readonly field?: string;
  /** In whose form it names its customer. */
  readonly form?: string;
}

/** The water company asks with a token of its own about a customer. */
async function reads(town: Town, { purpose, field = "name", form = "waterco" }: Reading): Promise<string> {
  const id = town.forms(form).seal(somebody());
  const token = await town.token(somebody(), { sector: "waterco", sub: "water-billing", client_id: "water-billing" });
  const query = `query ($id: ${town.idType}!) { citizen(id: $id) { ${field} } }`;
  const headers = purpose === undefined ? {} : { [purposeHeader]: purpose };
  return ending(await town.ask(query, { token, headers, variables: { id } }), `"${field}":"`);
}

const believed = {
  against: "a gateway that takes a company for staff, before departments without the kit",
  real,
  weak: weak({ believing: true, sdl: uncategorised, gateway: { admit: credulous } }),
};

attack("it reads a customer and states no purpose", {
  ...believed,
  attempt: (town) => reads(town, {}),
  meets: "FORBIDDEN",
});

attack("it states a purpose of the health department's staff", {
  ...believed,
  attempt: (town) => reads(town, { purpose: "treatment" }),
  meets: "FORBIDDEN",
});

attack("it asks for a customer's insurance for a purpose that covers her name alone", {
  against: "a supergraph that knows no kinds of data, before departments without the kit",
  real,
  weak: weak({ believing: true, sdl: uncategorised, gateway: {} }),
  attempt: (town) => reads(town, { purpose: ownPurpose, field: "scheme" }),
  meets: "FORBIDDEN",
});

/** Borders that let every text pass as it is. */
const open = (settings: Parameters<typeof createSectors>[0]): Sectors => ({
  ...createSectors(settings),
  borderOfClients: () => undefined,
});

attack("it names a customer as the departments do", {
  against: "a gateway without a border before companies' clients, before departments without the kit",
  real,
  weak: weak({ believing: true, sdl: uncategorised, gateway: { sectors: open } }),
  attempt: (town) => reads(town, { purpose: ownPurpose, form: "government" }),
  meets: "FORBIDDEN",
});
