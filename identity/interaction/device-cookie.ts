/** The cookie by which an account knows a browser again. Only a sign-in sets it. */
import { randomBytes } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Queryable } from "../../platform/postgres.ts";
import { isIssuedDevice } from "../store/known-devices.ts";

const deviceCookie = "huimin_identity_device";
const shape = /^[\w-]{43}$/;
const lifeSeconds = 365 * 24 * 60 * 60;

/** The secret of this browser; empty when it has none. */
export function deviceOf({ cookies }: FastifyRequest): string {
  const value = cookies[deviceCookie] ?? "";
  return shape.test(value) ? value : "";
}

/**
 * The secret under which to remember this browser. One that identity never gave out is replaced: somebody else may
 * have planted it. Several accounts of one browser share it.
 */
export async function keepDevice(
  database: Queryable,
  request: FastifyRequest,
  reply: FastifyReply,
  issuer: string,
): Promise<string> {
  const before = deviceOf(request);
  const isOurs = before !== "" && (await isIssuedDevice(database, before));
  const secret = isOurs ? before : randomBytes(32).toString("base64url");
  reply.setCookie(deviceCookie, secret, {
    path: "/",
    maxAge: lifeSeconds,
    httpOnly: true,
    sameSite: "lax",
    secure: issuer.startsWith("https:"),
  });
  return secret;
}
