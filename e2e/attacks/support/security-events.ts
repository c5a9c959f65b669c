/** What identity tells gateways of rights that have ended. */
import { SignJWT } from "jose";
import { securityEventNames } from "../../../trust/security-event.ts";
import type { Town } from "./town.ts";

/** A session is over: the one behind tokens with this `sid`. */
export async function endSession(town: Town, id: string): Promise<void> {
  await tell(town, "session-revoked", {}, { session: { format: "opaque", id } });
}

/** A grant was taken back: the one behind tokens with this `grant`. */
export async function takeGrantBack(town: Town, grant: string): Promise<void> {
  await tell(town, "grant-revoked", { grant }, {});
}

async function tell({ issuer, url }: Town, name: keyof typeof securityEventNames, members: object, subject: object) {
  const { privateKey, kid } = issuer.key();
  const event = { event_timestamp: Math.floor(Date.now() / 1000), ...members };
  const token = await new SignJWT({
    events: { [securityEventNames[name]]: event },
    sub_id: { format: "complex", ...subject },
  })
    .setProtectedHeader({ alg: "ES256", typ: "secevent+jwt", kid })
    .setIssuer(issuer.url)
    .setAudience(url)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .sign(privateKey);
  issuer.stream.send(token);
}
