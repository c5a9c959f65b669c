/** Contracts as configuration: which tags each audience sees, and which clients it is. */
import { z } from "zod";
import type { Admitted } from "../admission/admit.ts";
import type { Contracts } from "./generation.ts";

/** Stands for every client that no contract names, and for those who show no token. */
const everybodyElse = "*";

const contract = z.strictObject({
  include: z.array(z.string().min(1)).default([]),
  exclude: z.array(z.string().min(1)).default([]),
  clients: z.array(z.string().min(1)),
});

const contracts = z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), contract);

/** Reads `{"name": {"include": ["tag"], "exclude": ["tag"], "clients": ["client_id"]}}`; a client may come once. */
export const contractsJson = z.string().transform((text, context): Contracts => {
  const read = contracts.safeParse(parseJson(text));
  const clients = Object.values(read.data ?? {}).flatMap((one) => one.clients);
  if (!read.success || new Set(clients).size < clients.length) {
    context.addIssue('must be JSON: {"name": {"include": [], "exclude": [], "clients": []}}, each client once');
    return z.NEVER;
  }
  return contractsOf(read.data);
});

function contractsOf(read: z.output<typeof contracts>): Contracts {
  const byClient = new Map(Object.entries(read).flatMap(([name, { clients }]) => clients.map((id) => [id, name])));
  return {
    filters: new Map(Object.entries(read)),
    of: (admitted: Admitted) =>
      (admitted.kind === "signed in" ? byClient.get(admitted.caller.clientId) : undefined) ??
      byClient.get(everybodyElse),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
