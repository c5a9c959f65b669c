/** A company that receives security events, as its operator registers it and as its program goes about it. */
import * as oidc from "openid-client";
import { streamScopes, streamsResource } from "../../provider/scopes.ts";
import { createEntryFolder, runAdmin } from "./admin.ts";
import { type Metadata, proofs } from "./client.ts";
import type { TestIdentity } from "./identity.ts";
import { ownToken, registerService } from "./registration.ts";

/** What a receiver was answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Said;
}

/** Members that tests go on with; which of them there are depends on what was asked. */
interface Said {
  readonly err: string;
  readonly stream_id: string;
  readonly status: string;
  readonly delivery: { readonly method: string };
  readonly sets: Readonly<Record<string, string>>;
  readonly moreAvailable: boolean;
}

export interface TestReceiver {
  readonly clientId: string;
  readonly configuration: oidc.Configuration;
  /** Sends a request with an access token of its own, got for it unless given. */
  ask(method: string, path: string, body?: object, token?: string): Promise<Answer>;
  poll(body?: object): Promise<Answer>;
  /** A token with these scopes, for streams unless for another resource. */
  token(scope: string, resource?: string): Promise<string>;
}

const allScopes = Object.values(streamScopes).join(" ");

/** Registers a client that may receive events, in a sector of its own. */
export async function registerReceiver(
  identity: TestIdentity,
  clientId: string,
  metadata: Metadata = {},
): Promise<TestReceiver> {
  const client = await registerService(identity, clientId, {
    sector: clientId,
    grant_types: ["client_credentials"],
    client_credentials_scope: allScopes,
    ...metadata,
  });
  const token = async (scope: string, resource = streamsResource(identity)) =>
    (await ownToken(client, { resource, scope })).access_token;
  let usual: Promise<string> | undefined;
  const ask = async (method: string, path: string, body?: object, given?: string): Promise<Answer> => {
    usual ??= token(String(metadata.client_credentials_scope ?? allScopes));
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = new Headers(text === undefined ? {} : { "content-type": "application/json" });
    const url = new URL(identity.issuer + path);
    const response = await oidc
      .fetchProtectedResource(client.configuration, given ?? (await usual), url, method, text, headers, proofs(client))
      .catch(refusedAnswer);
    const said = await response.text();
    return { status: response.status, headers: response.headers, body: said === "" ? undefined : JSON.parse(said) };
  };
  return {
    clientId,
    configuration: client.configuration,
    ask,
    token,
    poll: (body = {}) => ask("POST", "/events/poll", { returnImmediately: true, ...body }),
  };
}

/** The library throws what comes with a challenge. */
function refusedAnswer(error: unknown): Response {
  if (error instanceof oidc.WWWAuthenticateChallengeError) return error.response;
  throw error;
}

/** What an operator says of a receiver, unless a test says otherwise. */
export const plainRegistration = {
  kinds: ["session-revoked", "grant-revoked", "credential-change", "account-purged"],
  delivery: ["poll", "push"],
  status: "enabled",
} as const;

/** Registers a receiver by a file, as an operator does. */
export async function applyReceiver(identity: TestIdentity, entry: object) {
  const folder = await createEntryFolder();
  await folder.write("receiver.json", { ...plainRegistration, ...entry });
  const run = await runAdmin(identity, `receivers apply ${folder.path}`);
  await folder.remove();
  return run;
}

/** What identity writes when a citizen lets a client in. */
export async function letIn({ database }: TestIdentity, citizenId: string, clientId: string): Promise<void> {
  await database.query(
    "INSERT INTO oidc_artefact (model, id_hash, payload, grant_id) VALUES ('Grant', sha256($1::bytea), $2, $3)",
    [`${citizenId} ${clientId}`, JSON.stringify({ accountId: citizenId, clientId }), `${citizenId} ${clientId}`],
  );
}
