/** Contracts as configuration: which tags each audience sees, and who it is. */
import { z } from "zod";
import { type Admitted, clientSector, type SignedIn } from "../admission/admit.ts";
import type { Contracts } from "./generation.ts";

/** Stands for every client that no contract names, and for those who show no token. */
const everybodyElse = "*";

const contract = z.strictObject({
  include: z.array(z.string().min(1)).default([]),
  exclude: z.array(z.string().min(1)).default([]),
  /** Client IDs, or all others. */
  clients: z.array(z.string().min(1)).default([]),
  /** Sectors (`government` for the departments), for every client of theirs that is not named. */
  sectors: z.array(z.string().min(1)).default([]),
  /** Whether it is for caseworkers at clients that are not named. */
  roles: z.boolean().default(false),
  /** Whether it is for those who show no token. */
  anonymous: z.boolean().default(false),
});

type Contract = z.output<typeof contract>;

const contracts = z.record(
  z.string().regex(/^[a-z][a-z0-9-]*$/),
  contract.refine((one) => audiencesOf(one).length > 0),
);

/** For whom a contract is, each as one text. */
function audiencesOf({ clients, sectors, roles, anonymous }: Contract): string[] {
  return [
    ...clients.map((client) => `client ${client}`),
    ...sectors.map((sector) => `sector ${sector}`),
    ...(roles ? ["roles"] : []),
    ...(anonymous ? ["anonymous"] : []),
  ];
}

/**
 * Reads `{"name": {"include": ["tag"], "exclude": ["tag"], "clients": ["client_id"]}}`; each audience may come once, and
 * everybody else must: whoever is forgotten would see everything.
 */
export const contractsJson = z.string().transform((text, context): Contracts => {
  const read = contracts.safeParse(parseJson(text));
  const audiences = Object.values(read.data ?? {}).flatMap(audiencesOf);
  if (!read.success || new Set(audiences).size < audiences.length || !audiences.includes(`client ${everybodyElse}`)) {
    context.addIssue(
      'must be JSON: {"name": {"include": [], "exclude": [], "clients": [], "sectors": [], "roles": true, ' +
        '"anonymous": true}}, each contract with an audience, each audience once, and one with the client "*"',
    );
    return z.NEVER;
  }
  return contractsOf(read.data);
});

function contractsOf(read: Readonly<Record<string, Contract>>): Contracts {
  const byAudience = new Map(
    Object.entries(read).flatMap(([name, one]) => audiencesOf(one).map((audience) => [audience, name])),
  );
  const others = byAudience.get(`client ${everybodyElse}`);
  const ofSignedIn = (admitted: SignedIn): string | undefined =>
    byAudience.get(`client ${admitted.caller.clientId}`) ??
    (admitted.role === null ? undefined : byAudience.get("roles")) ??
    byAudience.get(`sector ${clientSector(admitted)}`);
  return {
    filters: new Map(Object.entries(read)),
    of: (admitted: Admitted) => {
      if (admitted.kind === "signed in") return ofSignedIn(admitted) ?? others;
      return (admitted.kind === "anonymous" ? byAudience.get("anonymous") : undefined) ?? others;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
