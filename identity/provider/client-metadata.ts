/** Our own members of a client's metadata (RFC 7591, 2) about the grants that it may use. All may be left out. */
import type { Client, ClientMetadata } from "oidc-provider";
import { z } from "zod";
import { type Language, languages } from "../../platform/i18n.ts";
import { type AssuranceLevel, assuranceLevels } from "../../trust/assurance.ts";
import { delegationKinds } from "../../trust/delegation.ts";

const uris = z.array(z.url().max(500)).max(50);
const shapes = {
  /** Who signs in to the client: citizens unless told otherwise, or caseworkers. Never both. */
  audience: z.enum(["citizen", "staff"]),
  /** The kinds of delegation by which somebody may come to the client for another. */
  delegation_kinds: z.array(z.enum(delegationKinds)),
  /** The lowest level of assurance at which a citizen is signed in to this client, whatever it asks for. */
  minimum_acr: z.enum(assuranceLevels),
  /** Where the device stands, for the citizen to compare with where she is: "和平社区服务中心一楼大厅". */
  place: z.string().trim().min(1).max(100),
  /** Scopes that the client may have by itself, parted by spaces, at the resources that know them (RFC 6749, 4.4). */
  client_credentials_scope: z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/),
  /** The protected resources that the client is the server of: it may introspect and exchange tokens for them. */
  protected_resources: uris,
  /** The resources for which the client may exchange access tokens (RFC 8693). */
  token_exchange_audiences: uris,
  /** The only client that may exchange this client's tokens (`may_act`, RFC 8693, 4.4). */
  may_act: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/),
} as const;

type GrantMetadata = { readonly [Name in keyof typeof shapes]?: z.infer<(typeof shapes)[Name]> };

export const grantMetadataNames = Object.keys(shapes);

/** Names in the city's languages (RFC 7591, 2.2), and purposes: checked when a client is registered. */
export const registrationNames = ["purposes", ...languages.map((language) => `client_name#${language}`)];

const written = new WeakMap<object, ClientMetadata>();

/**
 * All metadata of a client. The library writes them anew each time, a tenth of a millisecond; a client that it has
 * made never changes: another registration makes another.
 */
export function metadataOf(client: Pick<Client, "metadata">): ClientMetadata {
  const metadata = written.get(client) ?? client.metadata();
  written.set(client, metadata);
  return metadata;
}

/** How a client calls itself, in a language if it says. */
export function clientNameIn(client: Client, language: Language): string {
  const name = metadataOf(client)[`client_name#${language}`];
  return typeof name === "string" ? name : (client.clientName ?? client.clientId);
}

/** What is wrong with a member, or null. */
export function grantMetadataFault(name: string, value: unknown): string | null {
  const shape = new Map<string, z.ZodType>(Object.entries(shapes)).get(name);
  if (shape === undefined || value === undefined) return null;
  const fault = shape.safeParse(value).error?.issues[0];
  return fault === undefined ? null : `${name} is not valid: ${fault.message}`;
}

/** A client's own members; they were checked when the client was loaded. */
export function grantMetadataOf(client: Client): GrantMetadata {
  return metadataOf(client) as GrantMetadata;
}

/** The level that a client demands of every sign-in. */
export function minimumLevelOf(client: Client): AssuranceLevel | undefined {
  return grantMetadataOf(client).minimum_acr;
}

/** Whether caseworkers sign in to a client, and no citizens. */
export function isForStaff(client: Client): boolean {
  return grantMetadataOf(client).audience === "staff";
}
