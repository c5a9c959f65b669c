/** Security event tokens (RFC 8417): what stands in the outbox, in the words of CAEP 1.0 and RISC 1.0. */
import { randomUUID } from "node:crypto";
import { currentRevocations, securityEventNames, securityEventType } from "../../trust/security-event.ts";
import type { Sign } from "../provider/sign.ts";
import { publicNameOf, sessionNameOf } from "../provider/token-claims.ts";
import type { StoredEvent } from "./outbox.ts";

/** For whom tokens are made. */
export interface Audience {
  /** `aud` of its tokens: the client ID of a receiver, the URL of the gateway. */
  readonly name: string;
  /** How it knows an account. */
  readonly subjectOf: (accountId: string) => string;
}

export interface EventTokenParts {
  readonly issuer: string;
  readonly sign: Sign;
}

/** The token of one event; the same event has the same `jti` however often it is sent. */
export async function eventToken(
  { issuer, sign }: EventTokenParts,
  { name, subjectOf }: Audience,
  { id, event, occurredAt }: StoredEvent,
): Promise<string> {
  return await sign(securityEventType, {
    iss: issuer,
    aud: name,
    jti: id,
    iat: Math.floor(Date.now() / 1000),
    sub_id: subjectIdOf(event, issuer, { name, subjectOf }),
    events: {
      [securityEventNames[event.kind]]: { event_timestamp: Math.floor(occurredAt), ...detailsOf(event) },
    },
  });
}

/** Whom or what an event is about (RFC 9493; SSF 1.0, 3.1), by the names of the receiver. */
function subjectIdOf(event: StoredEvent["event"], issuer: string, { name, subjectOf }: Audience): object {
  if (event.kind === "signing-key-withdrawn") return { format: "opaque", id: event.keyId };
  if ("streamId" in event) return { format: "opaque", id: event.streamId };
  if (!("accountId" in event)) return { format: "opaque", id: event.tokenId };
  const user = { format: "iss_sub", iss: issuer, sub: subjectOf(event.accountId) };
  const session = "sessionId" in event && event.sessionId !== null ? event.sessionId : undefined;
  return {
    format: "complex",
    user,
    ...(session !== undefined && { session: { format: "opaque", id: sessionNameOf(session, name) } }),
  };
}

function detailsOf(event: StoredEvent["event"]): object {
  switch (event.kind) {
    case "session-established":
      return { acr: event.acr };
    case "session-revoked":
      return { initiating_entity: event.initiator };
    case "grant-revoked":
      return { initiating_entity: event.initiator, client_id: event.clientId, grant: publicNameOf(event.grantId) };
    case "token-revoked":
      return { initiating_entity: event.initiator, token: event.tokenId };
    case "credential-change":
      return { credential_type: credentialTypes[event.credential], change_type: event.change };
    case "assurance-level-change":
      return { namespace: "urn:huimin:loa", current_level: event.level };
    case "account-disabled":
      return { reason: event.reason };
    case "verification":
      return event.state === undefined ? {} : { state: event.state };
    case "stream-updated":
      return { status: event.status };
    case "account-purged":
    case "signing-key-withdrawn":
      return {};
  }
}

/** CAEP 1.0, 3.3.1, and our own names for what has none there. */
const credentialTypes = {
  password: "password",
  passkey: "fido2-roaming",
  totp: "app",
  mobile: "phone-sms",
  "recovery-codes": "urn:huimin:credential:recovery-codes",
} as const;

/** Most events in one token. */
const eventsInToken = 1_000;

/** What some events revoke, in as few tokens as hold it. */
export async function revocationTokens(
  { issuer, sign }: EventTokenParts,
  { name, subjectOf }: Audience,
  events: readonly StoredEvent[],
): Promise<string[]> {
  const tokens: string[] = [];
  for (let begin = 0; begin < events.length; begin += eventsInToken) {
    const part = events.slice(begin, begin + eventsInToken);
    const claims = {
      iss: issuer,
      aud: name,
      jti: randomUUID(),
      iat: Math.floor(Date.now() / 1000),
      events: { [currentRevocations]: listOf(part, subjectOf) },
    };
    tokens.push(await sign(securityEventType, claims));
  }
  return tokens;
}

function listOf(recent: readonly StoredEvent[], subjectOf: Audience["subjectOf"]) {
  const list = {
    sessions: [] as string[],
    grants: [] as string[],
    tokens: [] as string[],
    keys: [] as string[],
    subjects: [] as [string, number][],
  };
  for (const { event, occurredAt } of recent) {
    if (event.kind === "grant-revoked") list.grants.push(publicNameOf(event.grantId));
    else if (event.kind === "token-revoked") list.tokens.push(event.tokenId);
    else if (event.kind === "signing-key-withdrawn") list.keys.push(event.keyId);
    else if (event.kind === "session-revoked" && event.sessionId !== null) {
      for (const clientId of event.clientIds) list.sessions.push(sessionNameOf(event.sessionId, clientId));
    } else if ("accountId" in event) list.subjects.push([subjectOf(event.accountId), Math.floor(occurredAt)]);
  }
  return list;
}
