/**
 * What a client must be, by the profile that it is registered under. A registration names its profile; what the
 * profile fixes is set where the registration says nothing, and a registration that contradicts it is refused.
 *
 * - `fapi2`: the FAPI 2.0 Security Profile, for whoever has a server that keeps a key: departments, companies,
 *   portals, kiosks.
 * - `public`: programs on a citizen's own device, which keep no secret of their maker.
 * - `oidc`: sites that only need to know that somebody signed in. They get no access to the graph.
 */
import { type AllClientMetadata, type Client, type ClientMetadata, errors } from "oidc-provider";
import { type AssuranceLevel, isAssuranceLevel, meetsLevel } from "../../trust/assurance.ts";
import { metadataOf } from "./client-metadata.ts";

export const clientProfiles = ["fapi2", "public", "oidc"] as const;

export type ClientProfile = (typeof clientProfiles)[number];

/** Algorithms with which clients sign (FAPI 2.0 Security Profile, 5.4.1): assertions and DPoP proofs. */
export const clientSigningAlgorithms = ["ES256", "EdDSA", "Ed25519", "PS256"] as const;

interface ProfileRules {
  /** The values that a setting may have; the first holds where the registration says nothing. */
  readonly settings: Readonly<Record<Setting, readonly (string | boolean)[]>>;
  /** The grants that a client may be registered for; null for all that there are. */
  readonly grants: ReadonlySet<string> | null;
  /** Whether its tokens may open the graph. */
  readonly graph: boolean;
  /** The highest level of assurance that it is told of. */
  readonly highestLevel: AssuranceLevel;
  /** Whether somebody may come to it for another. */
  readonly delegation: boolean;
}

const settingNames = [
  "token_endpoint_auth_method",
  "require_pushed_authorization_requests",
  "dpop_bound_access_tokens",
  "application_type",
] as const;

type Setting = (typeof settingNames)[number];

const grantsOfVisitors: ReadonlySet<string> = new Set(["authorization_code", "refresh_token"]);

const rules: Readonly<Record<ClientProfile, ProfileRules>> = {
  fapi2: {
    settings: {
      token_endpoint_auth_method: ["private_key_jwt"],
      require_pushed_authorization_requests: [true],
      dpop_bound_access_tokens: [true],
      // A native client may come back to any port of its machine; here every redirect URI is compared as a whole.
      application_type: ["web"],
    },
    grants: null,
    graph: true,
    highestLevel: "urn:huimin:loa:3",
    delegation: true,
  },
  public: {
    settings: {
      token_endpoint_auth_method: ["none"],
      require_pushed_authorization_requests: [true],
      dpop_bound_access_tokens: [true],
      application_type: ["web", "native"],
    },
    grants: grantsOfVisitors,
    graph: true,
    // Whatever runs on a device can be read and changed there: it never stands for the strongest sign-in.
    highestLevel: "urn:huimin:loa:2",
    delegation: false,
  },
  oidc: {
    settings: {
      token_endpoint_auth_method: ["none", "private_key_jwt"],
      require_pushed_authorization_requests: [false, true],
      dpop_bound_access_tokens: [false, true],
      application_type: ["web", "native"],
    },
    grants: grantsOfVisitors,
    graph: false,
    highestLevel: "urn:huimin:loa:3",
    delegation: true,
  },
};

/** Marks what a registration leaves open, which the library would fill with defaults of its own. */
const unsaid = null as unknown as undefined;

/** For the library's defaults: lets `applyProfile` tell what a registration says from what it leaves out. */
export const unsaidSettings: AllClientMetadata = Object.fromEntries(settingNames.map((name) => [name, unsaid]));

/** The profile of a registered client. */
export function profileOf(client: Pick<Client, "metadata">): ClientProfile {
  const { profile } = metadataOf(client);
  if (!isClientProfile(profile)) throw new Error("a registered client has no profile");
  return profile;
}

/** Whether a client may hold tokens for the graph. */
export function mayUseGraph(client: Client): boolean {
  return rules[profileOf(client)].graph;
}

/** The level of a sign-in as a client may hear it: never above what its profile allows. */
export function levelFor(client: Client, level: string | undefined): string | undefined {
  const { highestLevel } = rules[profileOf(client)];
  return isAssuranceLevel(level) && !meetsLevel(highestLevel, level) ? highestLevel : level;
}

/**
 * Completes a registration by its profile.
 *
 * @param metadata a registration over `unsaidSettings`; is changed
 * @throws errors.InvalidClientMetadata for an unknown profile, and for a registration that contradicts its profile
 */
export function applyProfile(profile: unknown, metadata: ClientMetadata): void {
  if (!isClientProfile(profile)) refuse(`profile must be one of ${clientProfiles.join(", ")}`);
  const { grants, delegation } = rules[profile];
  const settings = settingsOf(profile, metadata);
  for (const name of settingNames) {
    const value = metadata[name] ?? settings[name][0];
    if (!settings[name].some((allowed) => allowed === value)) {
      refuse(`${name} of a client of profile ${profile} must be ${settings[name].join(" or ")}`);
    }
    Object.assign(metadata, { [name]: value });
  }
  const grant = grants && listOf(metadata.grant_types).find((asked) => !grants.has(asked));
  if (grant) refuse(`grant_types of a client of profile ${profile} must not contain ${grant}`);
  if (!delegation && listOf(metadata.delegation_kinds).length > 0) {
    refuse(`delegation_kinds of a client of profile ${profile} must be empty: it sees the citizen's own data alone`);
  }
  if (listOf(metadata.redirect_uris).some((uri) => !isGuardedOnTheWay(uri))) {
    refuse("redirect_uris must be https, but for those on this very machine");
  }
}

/** With mutual TLS the tokens of a server may be bound to its certificate in the place of a key (RFC 8705, 3). */
function settingsOf(profile: ClientProfile, metadata: ClientMetadata): ProfileRules["settings"] {
  const { settings } = rules[profile];
  const byCertificate = profile === "fapi2" && metadata.tls_client_certificate_bound_access_tokens === true;
  return byCertificate ? { ...settings, dpop_bound_access_tokens: [false] } : settings;
}

/** The library has not looked at the registration yet; what is no list of texts it refuses itself. */
function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function isClientProfile(value: unknown): value is ClientProfile {
  return clientProfiles.some((profile) => profile === value);
}

const loopbackHosts: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether a code comes to a redirect URI without anybody on the network seeing it (RFC 9700, 2.6). */
function isGuardedOnTheWay(uri: string): boolean {
  const { protocol, hostname } = URL.parse(uri) ?? {};
  return protocol !== "http:" || loopbackHosts.has(hostname ?? "");
}

function refuse(message: string): never {
  throw new errors.InvalidClientMetadata(message);
}
