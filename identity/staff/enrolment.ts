/** A caseworker registers a passkey with the one-time code that she was given in person. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { pageHeaders } from "../../platform/web/page-headers.ts";
import type { Credentials } from "../credentials/credentials.ts";
import { emitSecurityEvent } from "../events/security-events.ts";
import { pageRequestOf } from "../interaction/turn.ts";
import { staffCodePage, staffEnrolledPage, staffPasskeyPage } from "../pages/staff-enrolment.ts";
import { viewOf } from "../pages/view.ts";
import type { IdentityStores } from "../store/adapter.ts";
import { addStaffPasskey, passkeysOfStaff, type StaffAccount, staffOfCode, useCode } from "./accounts.ts";

export interface EnrolmentParts {
  readonly issuer: string;
  readonly stores: Pick<IdentityStores, "database">;
  readonly credentials: Pick<Credentials, "passkeys" | "limiters">;
}

/** Where it is done. The code is typed and never part of an address, which logs and histories keep. */
export const enrolmentPath = "/staff/enrol";

const form = z
  .object({
    code: z.string().trim().max(100).catch(""),
    credential: z.string().max(12_000).optional().catch(undefined),
  })
  .catch({ code: "", credential: undefined });

export function addStaffEnrolment(app: FastifyInstance, parts: EnrolmentParts): void {
  app.get(enrolmentPath, async (request, reply) => {
    head(parts, reply);
    return reply.send(staffCodePage(viewOf(pageRequestOf(request)), enrolmentPath, null));
  });
  app.post(enrolmentPath, async (request, reply) => {
    head(parts, reply);
    const { code, credential } = form.parse(request.body);
    const { limiters } = parts.credentials;
    const admission = await limiters.admit(["staff-enrol-address"], { address: request.ip });
    if (!admission.allowed) return askLater(request, reply, admission.waitSeconds);
    const staff = await staffOfCode(parts.stores.database, code);
    if (!staff) return refuseCode(request, reply);
    await limiters.uncount(["staff-enrol-address"], { address: request.ip });
    return credential === undefined
      ? await askForPasskey(parts, request, reply, { staff, code, isRefused: false })
      : await register(parts, request, reply, { staff, code, credential });
  });
}

function head({ issuer }: EnrolmentParts, reply: FastifyReply): void {
  reply.headers(pageHeaders(issuer, [], "own scripts")).type("text/html; charset=utf-8");
}

function refuseCode(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const page = staffCodePage(viewOf(pageRequestOf(request)), enrolmentPath, { kind: "refused" });
  return reply.code(422).send(page);
}

function askLater(request: FastifyRequest, reply: FastifyReply, waitSeconds: number): FastifyReply {
  const page = staffCodePage(viewOf(pageRequestOf(request)), enrolmentPath, { kind: "throttled", waitSeconds });
  return reply.code(429).header("retry-after", waitSeconds).send(page);
}

const useOf = ({ staffId }: StaffAccount) => `staff enrolment ${staffId}`;

async function askForPasskey(
  { stores, credentials }: EnrolmentParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { staff, code, isRefused }: { readonly staff: StaffAccount; readonly code: string; readonly isRefused: boolean },
): Promise<FastifyReply> {
  const existing = await passkeysOfStaff(stores.database, staff.staffId);
  const user = { handle: staff.staffId, label: staff.displayName, existing };
  const options = await credentials.passkeys.creationOptions(useOf(staff), user);
  const page = staffPasskeyPage(viewOf(pageRequestOf(request)), enrolmentPath, { staff, code, options, isRefused });
  return reply.code(isRefused ? 422 : 200).send(page);
}

async function register(
  parts: EnrolmentParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { staff, code, credential }: { readonly staff: StaffAccount; readonly code: string; readonly credential: string },
): Promise<FastifyReply> {
  const made = await parts.credentials.passkeys.register(useOf(staff), credential);
  if (!made) return await askForPasskey(parts, request, reply, { staff, code, isRefused: true });
  const added = await parts.stores.database.transaction(async (tx) => {
    if (!(await useCode(tx, code)) || !(await addStaffPasskey(tx, staff.staffId, made))) return false;
    await emitSecurityEvent(tx, {
      accountId: staff.staffId,
      kind: "credential-change",
      credential: "passkey",
      change: "create",
    });
    return true;
  });
  return added ? reply.send(staffEnrolledPage(viewOf(pageRequestOf(request)))) : refuseCode(request, reply);
}
