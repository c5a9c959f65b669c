/**
 * Identity as a transmitter of shared signals (OpenID Shared Signals Framework 1.0): its metadata (7.1), the management
 * of streams (8.1), and delivery by poll and push (6.1). `docs/security-events.md` describes it to receivers.
 */
import type { FastifyInstance } from "fastify";
import type { Logger } from "../../platform/log.ts";
import type { Database } from "../../platform/postgres.ts";
import type { KeyEncryptionKeys } from "../keys/sealing.ts";
import type { EventTokenParts } from "./event-tokens.ts";
import { type AudienceOf, addEventPoll } from "./poll.ts";
import { type PushParts, pushEvents } from "./push.ts";
import { createReceiverAccess, type ReceiverAccessParts } from "./receiver-access.ts";
import { addStreamConfiguration, configurationPath } from "./stream-configuration.ts";
import { addStreamStatus, statusPath, verificationPath } from "./stream-status.ts";
import { deliveryMethods } from "./stream-wish.ts";

export interface TransmitterParts extends EventTokenParts, ReceiverAccessParts {
  readonly database: Database;
  readonly sealers: KeyEncryptionKeys;
  /** An account as clients of a sector know it. */
  readonly subjectIn: (sector: string, accountId: string) => string;
  readonly call: PushParts["call"];
  readonly log: Logger;
}

/** Adds every address of the transmitter to the server, and pushes for as long as it runs. */
export function addTransmitter(app: FastifyInstance, { subjectIn, ...parts }: TransmitterParts): void {
  const receiverOf = createReceiverAccess(parts);
  const audienceOf: AudienceOf = ({ clientId, sector }) => ({
    name: clientId,
    subjectOf: (accountId) => subjectIn(sector, accountId),
  });
  addMetadata(app, parts.issuer);
  addStreamConfiguration(app, { ...parts, receiverOf });
  addStreamStatus(app, { ...parts, receiverOf });
  addEventPoll(app, { ...parts, receiverOf, audienceOf });
  app.addHook("onClose", pushEvents({ ...parts, audienceOf }));
}

function addMetadata(app: FastifyInstance, issuer: string): void {
  const metadata = {
    spec_version: "1_0",
    issuer,
    jwks_uri: `${issuer}/jwks`,
    delivery_methods_supported: Object.values(deliveryMethods),
    configuration_endpoint: issuer + configurationPath,
    status_endpoint: issuer + statusPath,
    verification_endpoint: issuer + verificationPath,
    // A subject without its user would be nobody's.
    critical_subject_members: ["user"],
    authorization_schemes: [{ spec_urn: "urn:ietf:rfc:6749" }, { spec_urn: "urn:ietf:rfc:9449" }],
    default_subjects: "ALL",
  };
  app.get("/.well-known/ssf-configuration", async (_request, reply) =>
    reply.header("cache-control", "public, max-age=300").send(metadata),
  );
}
