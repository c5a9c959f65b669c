/** The register of clients: RFC 7591 metadata, held against the provider's own rules before they are written. */
import { type Configuration, errors, Provider } from "oidc-provider";
import { z } from "zod";
import { languages } from "../../platform/i18n.ts";
import type { Queryable } from "../../platform/postgres.ts";
import type { IdentityConfig } from "../config.ts";
import { isCityClient } from "../provider/clients.ts";
import { presentKeys } from "../provider/outbound.ts";
import { registeredClients } from "../store/clients.ts";
import { tokenExchangeGrant } from "../tokens/exchange-request.ts";
import { takeEverythingFrom } from "./client-removal.ts";
import { shapeFaults } from "./entries.ts";
import { type Candidate, documentRows, type Entry, type Fault, type Register } from "./register.ts";
import { sectorFaults } from "./registers.ts";

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** The public half of a key (RFC 7517). */
const publicKey = z
  .looseObject({ kty: z.enum(["EC", "OKP", "RSA"]) })
  .refine((key) => !privateMembers.some((member) => member in key), "must be the public half of a key");

/** What a registration must say beyond what the provider needs; everything else is the provider's to judge. */
const registration = z.looseObject({
  client_name: z.string().trim().min(1).max(100),
  ...Object.fromEntries(languages.map((language) => [`client_name#${language}`, z.string().trim().min(1).max(100)])),
  contacts: z.array(z.email()).min(1).max(10),
  sector: z.string(),
  jwks: z.strictObject({ keys: z.array(publicKey).min(1).max(20) }).optional(),
  purposes: z.array(z.string()).max(50).optional(),
  client_secret: z.never("secrets are never registered: use private_key_jwt with jwks or jwks_uri").optional(),
});

/** The register of clients, on the configuration of the provider that will load them. */
export function createClientRegister(
  config: IdentityConfig,
  configuration: Configuration,
  database: Queryable,
): Register {
  const faultsOf = createMetadataCheck(config, configuration, database);
  const rows = documentRows({ table: "oidc_client", key: "client_id", document: "metadata" });
  return {
    ...rows,
    name: "clients",
    // A client's ID must not read like a citizen's: it is the subject of the client's own tokens (RFC 9068, 5).
    namePattern: /^(?!hm\d+_)[A-Za-z0-9._-]{1,100}$/,
    check: async (tx, candidate) => [
      ...shapeFaults(candidate.name, candidate.entry, registration),
      ...lastingFaults(candidate),
      ...(await sectorFaults(tx, candidate.name, [candidate.entry.sector])),
      ...(await purposeFaults(tx, candidate)),
      ...(await faultsOf(candidate)),
    ],
    checkRemoval: async () => [],
    remove: async (tx, name) => {
      await rows.remove(tx, name);
      await takeEverythingFrom(tx, name);
    },
  };
}

/** What may not change, and whose names are taken. */
function lastingFaults({ name, entry, before }: Candidate): Fault[] {
  const faults: Fault[] = [];
  if (isCityClient({ clientId: name })) {
    faults.push({ entry: name, field: null, message: "is a client of the city itself, which no file changes" });
  }
  if (before && before.sector !== entry.sector) {
    const message = `cannot change: every citizen's sub would change with it; register a new client instead`;
    faults.push({ entry: name, field: "sector", message });
  }
  return faults;
}

/** Purposes that are not registered, or not for this client's sector. */
async function purposeFaults(tx: Queryable, { name, entry }: Candidate): Promise<Fault[]> {
  const named = Array.isArray(entry.purposes) ? entry.purposes.map(String) : [];
  const found = await tx.query<{ purpose: string }>(
    "SELECT purpose FROM purpose WHERE purpose = ANY($1) AND document->'sectors' ? $2",
    [named, String(entry.sector)],
  );
  const allowed = new Set(found.map(({ purpose }) => purpose));
  return named
    .filter((purpose) => !allowed.has(purpose))
    .map((purpose) => ({ entry: name, field: "purposes", message: `${purpose} is not registered for this sector` }));
}

/** Lets the provider load a candidate as it will load the client, and says what it finds wrong. */
function createMetadataCheck(config: IdentityConfig, configuration: Configuration, database: Queryable) {
  const candidates = new Map<string, Entry>();
  const present = presentKeys(config);
  const provider = new Provider(config.issuer, {
    ...configuration,
    adapter: () => ({
      ...registeredClients(database, present),
      find: async (id) => {
        const entry = candidates.get(id);
        return entry && present({ ...structuredClone(entry), client_id: id });
      },
    }),
  });
  // The grant that the serving provider is given besides its configuration; nobody asks this one for tokens.
  provider.registerGrantType(tokenExchangeGrant, () => {
    throw new errors.UnsupportedGrantType();
  });
  return async ({ name, entry }: Candidate): Promise<Fault[]> => {
    candidates.set(name, entry);
    try {
      const client = await provider.Client.find(name);
      const understood = new Set(Object.keys(client?.metadata() ?? {}));
      return Object.keys(present({ ...entry, client_id: name }))
        .filter((field) => !understood.has(field))
        .map((field) => ({ entry: name, field, message: "is no client metadata that is known here" }));
    } catch (error) {
      if (error instanceof errors.InvalidClientMetadata) return [metadataFault(name, error)];
      throw error;
    } finally {
      candidates.delete(name);
    }
  };
}

/** The provider's sentence, and the member that it begins with. */
function metadataFault(entry: string, { error_description: description = "", cause }: errors.OIDCProviderError): Fault {
  const message = [description, cause instanceof Error ? cause.message : ""].filter(Boolean).join(": ");
  return { entry, field: /^[a-z]+_[a-z_]+/.exec(description)?.[0] ?? null, message };
}
