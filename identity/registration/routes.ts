/**
 * Registration: who she is and her mobile, a code that proves the mobile, then a password or a passkey. Every page
 * answers alike whether the register knows her or not, and whether she has an account or not: only the end differs,
 * and there one sentence stands for every reason.
 */
import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Credentials } from "../credentials/credentials.ts";
import { readLoginName } from "../credentials/login-name.ts";
import { hashPassword } from "../credentials/password.ts";
import { passwordFault } from "../credentials/password-policy.ts";
import type { SmsCodes } from "../credentials/sms-code.ts";
import { beginStep, createJourney, type Journey, readFrom, type Step, signInAddress } from "../journey/journey.ts";
import { maskedMobile } from "../messages/sender.ts";
import {
  type ApplicantFaults,
  applicantPage,
  firstCredentialPage,
  openedPage,
  refusedPage,
} from "../pages/registration.ts";
import { type CodeFault, codePage } from "../pages/sms-code.ts";
import { type FirstCredential, findAccountOfPerson, openAccount } from "../store/open-account.ts";

const stateShape = z.object({
  name: z.string(),
  residentId: z.string(),
  mobile: z.string(),
  isMobileProved: z.boolean(),
  /** The user handle, should she choose a passkey. */
  user: z.string(),
  /** The sign-in that she came from. */
  from: z.string().nullable(),
});

type State = z.output<typeof stateShape>;

interface Parts {
  readonly credentials: Credentials;
  readonly smsCodes: SmsCodes;
  readonly journey: Journey<State>;
}

/** A step of somebody whose journey is known. */
interface KnownStep extends Step {
  readonly id: string;
  readonly state: State;
}

export function addRegistration(app: FastifyInstance, credentials: Credentials, issuer: string): void {
  const { smsCodes, fleeting } = credentials;
  if (!smsCodes) return;
  const journey = createJourney(fleeting, { name: "register", issuer, state: stateShape });
  const parts: Parts = { credentials, smsCodes, journey };
  /** Whoever has lost her way, or let it grow cold, begins anew. */
  const known =
    (handle: (parts: Parts, step: KnownStep) => Promise<FastifyReply>) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const found = await journey.read(request);
      if (!found) return reply.redirect("/register", 303);
      return await handle(parts, { ...beginStep(request, reply, issuer), ...found });
    };
  const proved = (handle: (parts: Parts, step: KnownStep) => Promise<FastifyReply>) =>
    known(async (_parts, step) =>
      step.state.isMobileProved ? await handle(parts, step) : step.reply.redirect("/register/code", 303),
    );
  app.get("/register", async (request, reply) => {
    const step = beginStep(request, reply, issuer);
    return step.send(applicantPage(step.view, { typed: nothing, faults: {}, from: readFrom(request) }));
  });
  app.post("/register", async (request, reply) => await begin(parts, beginStep(request, reply, issuer)));
  app.get(
    "/register/code",
    known(async (_parts, step) => showCode(step, null)),
  );
  app.post("/register/code", known(proveMobile));
  app.get(
    "/register/credential",
    proved(async (_parts, step) => await showCredential(parts, step, null)),
  );
  app.post("/register/credential", proved(finish));
}

const nothing = { name: "", residentId: "", mobile: "" };
const applicantForm = z.object({
  name: z.string().max(400).catch(""),
  residentId: z.string().max(400).catch(""),
  mobile: z.string().max(400).catch(""),
});

async function begin({ credentials, smsCodes, journey }: Parts, step: Step): Promise<FastifyReply> {
  const { request, reply, view, send } = step;
  const typed = applicantForm.catch(nothing).parse(request.body);
  const from = readFrom(request);
  const [residentId, mobile] = [readLoginName(typed.residentId), readLoginName(typed.mobile)];
  const name = typed.name.normalize("NFC").trim();
  const again = (faults: ApplicantFaults, status: number) => send(applicantPage(view, { typed, faults, from }), status);
  if (
    typeof residentId === "string" ||
    typeof mobile === "string" ||
    residentId.kind !== "residentId" ||
    mobile.kind !== "mobile" ||
    name === ""
  ) {
    const faults: ApplicantFaults = {
      ...(name === "" && { name: "missing" }),
      ...((typeof residentId === "string" || residentId.kind !== "residentId") && {
        residentId: residentId === "residentIdMistyped" ? "residentIdMistyped" : "malformed",
      }),
      ...((typeof mobile === "string" || mobile.kind !== "mobile") && { mobile: "malformed" }),
    };
    return again(faults, 422);
  }
  const { ip: address } = request;
  const admission = await credentials.limiters.admit(["register-address", "register-account"], {
    address,
    account: residentId.value,
  });
  if (!admission.allowed) return again({ waitSeconds: admission.waitSeconds }, 429);
  const state = {
    name,
    residentId: residentId.value,
    mobile: mobile.value,
    isMobileProved: false,
    user: randomUUID(),
    from,
  };
  const id = await journey.begin(reply, state);
  const sending = await smsCodes.send({
    use: `register ${id}`,
    account: residentId.value,
    mobile: mobile.value,
    address,
    language: view.language,
  });
  if (!sending.sent) return again({ waitSeconds: sending.waitSeconds }, 429);
  return reply.redirect("/register/code", 303);
}

function showCode({ view, send, state }: KnownStep, fault: CodeFault | null): FastifyReply {
  const page = codePage(view, { action: "/register/code", again: "/register", to: maskedMobile(state.mobile), fault });
  return send(page, fault === null ? 200 : 422);
}

const codeForm = z.object({ code: z.string().max(40) }).catch({ code: "" });

async function proveMobile({ smsCodes, journey }: Parts, step: KnownStep): Promise<FastifyReply> {
  const { request, reply, id, state } = step;
  const { code } = codeForm.parse(request.body);
  if (code.trim() === "") return showCode(step, "missing");
  if (!(await smsCodes.verify(`register ${id}`, code))) return showCode(step, "wrong");
  await journey.save(id, { ...state, isMobileProved: true });
  return reply.redirect("/register/credential", 303);
}

async function showCredential(
  { credentials }: Parts,
  step: KnownStep,
  fault: ReturnType<typeof passwordFault> | "passkey",
): Promise<FastifyReply> {
  const { view, send, id, state, allowScripts } = step;
  const options = await credentials.passkeys.creationOptions(`register ${id}`, {
    handle: state.user,
    label: maskedMobile(state.mobile),
    existing: [],
  });
  allowScripts();
  return send(firstCredentialPage(view, { creationOptions: options, fault }), fault === null ? 200 : 422);
}

const credentialForm = z
  .object({ password: z.string().max(2_000).catch(""), credential: z.string().max(12_000).catch("") })
  .catch({ password: "", credential: "" });

async function finish(parts: Parts, step: KnownStep): Promise<FastifyReply> {
  const { credentials } = parts;
  const { request, id, state } = step;
  const { password, credential } = credentialForm.parse(request.body);
  if (credential !== "") {
    const passkey = await credentials.passkeys.register(`register ${id}`, credential);
    if (!passkey) return await showCredential(parts, step, "passkey");
    return await open(parts, step, { kind: "passkey", passkey, user: state.user });
  }
  const personal = [state.name, state.residentId, state.mobile];
  const fault = passwordFault(password, { hasSecondFactor: true, personal });
  if (fault) return await showCredential(parts, step, fault);
  return await open(parts, step, { kind: "password", passwordHash: await hashPassword(password) });
}

async function open({ credentials, journey }: Parts, step: KnownStep, first: FirstCredential): Promise<FastifyReply> {
  const { database, background, notify } = credentials;
  const { request, reply, view, send, state, origin } = step;
  const account = await database.transaction((tx) => openAccount(tx, state, first, origin));
  await journey.end(request, reply);
  background.run("registration notice", async () => {
    if (account) return await notify(account, { kind: "accountOpened" });
    const holder = await findAccountOfPerson(database, state.residentId);
    if (holder) await notify(holder, { kind: "accountExists" });
  });
  return account ? send(openedPage(view, signInAddress(state.from), account.proofing)) : send(refusedPage(view), 422);
}
