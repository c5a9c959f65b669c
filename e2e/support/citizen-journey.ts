/** The journeys of one citizen through every page of identity, from opening her account to closing it. */
import * as oidc from "openid-client";
import { Secret, TOTP } from "otpauth";
import type { Browser } from "playwright-core";
import { expect } from "vitest";
import { type Connection, connect, startSignIn } from "../examples/fapi2.ts";
import type { Company } from "./company.ts";
import type { Mobile, Person } from "./people.ts";
import { startVisit, type Visit, type VisitOptions } from "./visit.ts";

export interface JourneyParts extends VisitOptions {
  readonly browser: Browser;
  readonly company: Company;
  readonly person: Person;
  readonly mobile: Mobile;
}

const smsCode = /(?<!\d)\d{6}(?!\d)/;
const passkeyButton = "form[data-passkey] button";
const firstPassword = "four words nobody guesses";
const newPassword = "another sentence of hers";

/** Who she is, what she holds, and where she is. */
interface Citizen extends JourneyParts {
  readonly visit: Visit;
  password: string;
  totpSecret: string;
  recoveryCodes: string[];
}

export async function beginJourney(parts: JourneyParts): Promise<Citizen> {
  const visit = await startVisit(parts.browser, parts);
  return { ...parts, visit, password: firstPassword, totpSecret: "", recoveryCodes: [] };
}

/** From nothing to her own account page; then somebody tries it with her details again. */
export async function register(citizen: Citizen): Promise<void> {
  const { visit, language } = citizen;
  await visit.open(`/register?lang=${language}`);
  await proveMobile(citizen);
  await visit.send({ password: citizen.password });
  await visit.see("openedPage");
  await visit.open("/register");
  await proveMobile(citizen);
  await visit.send({ password: citizen.password });
  await visit.see("refusedPage");
}

async function proveMobile({ visit, person, mobile }: Citizen): Promise<void> {
  await visit.see("applicantPage");
  await visit.send({ name: person.name, residentId: person.residentId, mobile: person.mobile });
  await visit.see("codePage");
  await visit.send({ code: await mobile.next(smsCode) });
  await visit.see("firstCredentialPage");
}

/** The first sign-in: a password, and a code to the mobile that she has just proved. */
export async function signInFirst(citizen: Citizen): Promise<void> {
  const { visit, mobile } = citizen;
  await visit.open("/account");
  await givePassword(citizen);
  await visit.see("secondFactorPage");
  await visit.press("button[type=submit]:not(.quiet)");
  await visit.see("secondFactorPage");
  await visit.send({ code: await mobile.next(smsCode) });
  await visit.see("overviewPage");
}

async function givePassword({ visit, person, password }: Citizen): Promise<void> {
  await visit.see("signInPage");
  await visit.send({ login: person.residentId, password });
}

/** What she signs in with from now on: an app, printed codes and, where scripts run, a passkey. */
export async function addFactors(citizen: Citizen): Promise<void> {
  const { visit, scripts } = citizen;
  await visit.open("/account/security/totp");
  await visit.see("totpPage");
  citizen.totpSecret = (await visit.page.textContent("p.key code"))?.replaceAll(" ", "") ?? "";
  // A code of the step before: the one of now stays good for a sign-in.
  await visit.send({ code: appCode(citizen, -1) });
  await visit.see("securityPage");
  await visit.press("form[action='/account/security/codes'] button");
  await visit.see("recoveryCodesPage");
  citizen.recoveryCodes = await visit.page.locator("ol.codes code").allTextContents();
  await visit.open("/account/security");
  expect(await visit.page.locator("form[data-passkey]").isVisible()).toBe(scripts);
  if (!scripts) return;
  await visit.press(passkeyButton);
  await visit.see("securityPage");
  expect(await visit.page.locator("#passkey-0").count()).toBe(1);
}

function appCode({ totpSecret }: Citizen, steps = 0): string {
  const timestamp = Date.now() + steps * 30_000;
  return new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate({ timestamp });
}

/** Looks at every page of her account. */
export async function lookAround({ visit }: Citizen): Promise<void> {
  const pages = {
    "/account/security/password": "passwordPage",
    "/account/security/mobile": "mobilePage",
    "/account/sessions": "sessionsPage",
    "/account/applications": "applicationsPage",
    "/account/delegations": "delegationsPage",
    "/account/delegations/give": "givingPage",
    "/account/export": "exportPage",
    "/account/close": "closePage",
    "/account/history": "historyPage",
    "/no-such-page": "problemPage",
  } as const;
  for (const [path, name] of Object.entries(pages)) {
    await visit.open(path);
    await visit.see(name);
  }
}

/** A site asks for whom she is there, and whether it may know who that is. */
export async function goToSite({ visit, company }: Citizen): Promise<void> {
  await visit.open(await siteRequest("water-site", `${company.origin}/site`, "openid profile"));
  await visit.see("choosePage");
  await visit.press("button.person >> nth=1");
  await visit.see("consentPage");
  await visit.press("button[value=allow]");
  expect(visit.page.url()).toContain(`${company.origin}/site?code=`);
}

/** Another asks for a sign-in that her account cannot give. */
export async function meetHigherDemand({ visit, company }: Citizen): Promise<void> {
  await visit.open(await siteRequest("water-vault", `${company.origin}/vault`, "openid"));
  await visit.see("unmetPage");
  await visit.press("form:has([value=unmet]) button");
  expect(visit.page.url()).toContain("error=unmet_authentication_requirements");
}

async function siteRequest(clientId: string, redirectUri: string, scope: string): Promise<string> {
  const query = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: "code",
    scope,
    code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
    code_challenge_method: "S256",
    state: oidc.randomState(),
  };
  return `/auth?${new URLSearchParams(query)}`;
}

/** A kiosk shows a code: she refuses one, and connects the other. */
export async function connectDevice(citizen: Citizen): Promise<void> {
  const { visit } = citizen;
  const kiosk = await companyClient(citizen, "water-kiosk");
  const showCode = async () => {
    const { user_code: code } = await oidc.initiateDeviceAuthorization(kiosk.configuration, { scope: "openid" });
    await visit.open("/device");
    await visit.see("userCodePage");
    await visit.send({ user_code: code });
    await visit.see("deviceConfirmPage");
  };
  await showCode();
  await visit.press("button[name=abort]");
  await visit.see("deviceRefusedPage");
  await showCode();
  await visit.press("button[name=confirm]");
  await visit.see("consentPage");
  await visit.press("button[value=allow]");
  await visit.see("deviceConnectedPage");
}

async function companyClient({ identity, company }: Citizen, clientId: string): Promise<Connection> {
  return await connect(new URL(identity), clientId, company.key);
}

/** Out of everything, and in again by the app; and once more by the passkey alone. */
export async function signOutAndIn(citizen: Citizen): Promise<void> {
  const { visit, scripts } = citizen;
  await signOut(citizen);
  await visit.open("/account");
  await givePassword(citizen);
  await useApp(citizen);
  await visit.see("overviewPage");
  if (!scripts) return;
  await signOut(citizen);
  await visit.open("/account");
  await visit.see("signInPage");
  await visit.press(passkeyButton);
  await visit.see("overviewPage");
}

async function signOut({ visit }: Citizen): Promise<void> {
  await visit.open("/session/end");
  await visit.see("signOutPage");
  await visit.press("main button[type=submit]");
  await visit.see("signedOutPage");
}

async function useApp(citizen: Citizen): Promise<void> {
  const { visit, scripts } = citizen;
  await visit.see("secondFactorPage");
  if (scripts) {
    await visit.press("form:has([value=totp]) button[value=choose]");
    await visit.see("secondFactorPage");
  }
  await visit.send({ code: appCode(citizen) });
}

async function usePrintedCode({ visit, recoveryCodes }: Citizen): Promise<void> {
  await visit.see("secondFactorPage");
  await visit.press("form:has([value=recovery-code]) button[value=choose]");
  await visit.see("secondFactorPage");
  await visit.send({ code: recoveryCodes.pop() ?? "" });
}

/** Somebody else was at her account: everything ends, and she comes back with another password. */
export async function sayItWasNotMe(citizen: Citizen): Promise<void> {
  const { visit } = citizen;
  await visit.open("/account/history");
  await visit.press("a[href*='not-me'] >> nth=0");
  await visit.see("notMePage");
  await visit.press("button.danger");
  await givePassword(citizen);
  await usePrintedCode(citizen);
  await visit.see("demandedPasswordPage");
  citizen.password = newPassword;
  await visit.send({ password: newPassword });
  if (citizen.scripts) {
    await visit.see("passkeyReviewPage");
    await visit.page.check("input[name=keep]");
    await visit.press("main button[type=submit]");
  }
  await visit.see("historyPage");
}

/** A recovery by mobile, of which she is told at her next sign-in, and which the link in a message stops. */
export async function stopRecovery(citizen: Citizen): Promise<void> {
  const { visit, mobile } = citizen;
  await startRecovery(citizen);
  await visit.press("form:has([value=wait]) button");
  await visit.see("recoveryWaitingPage");
  const link = await mobile.next(/(?<=http:\/\/localhost:\d+)\/recovery\/stop\?token=[\w-]+/);
  await signOut(citizen);
  await visit.open("/account");
  await givePassword(citizen);
  await usePrintedCode(citizen);
  await visit.see("recoveryNoticePage");
  await visit.press("button[value=go-on]");
  await visit.see("overviewPage");
  await visit.open(link);
  await visit.see("stopPage");
  await visit.press("main button[type=submit]");
  await visit.see("stoppedPage");
}

async function startRecovery({ visit, person, mobile }: Citizen): Promise<void> {
  await visit.open("/recovery");
  await visit.see("recoveryStartPage");
  await visit.press("a[href='/recovery/counter']");
  await visit.see("counterPage");
  await visit.open("/recovery");
  await visit.send({ login: person.residentId });
  await visit.see("codePage");
  await visit.send({ code: await mobile.next(smsCode) });
  await visit.see("recoveryProofPage");
}

/** A recovery by a printed code, which needs no waiting. */
export async function recover(citizen: Citizen): Promise<void> {
  const { visit, recoveryCodes } = citizen;
  await startRecovery(citizen);
  await visit.send({ code: recoveryCodes.pop() ?? "" });
  await visit.see("recoveryPasswordPage");
  citizen.password = firstPassword;
  await visit.send({ password: firstPassword });
  await visit.see("recoveredPage");
}

export async function closeAccount(citizen: Citizen): Promise<void> {
  const { visit, person } = citizen;
  await visit.open("/account/close");
  await givePassword(citizen);
  await usePrintedCode(citizen);
  await visit.see("closePage");
  await visit.page.check("#understood");
  await visit.send({ residentId: person.residentId });
  await visit.see("closedPage");
}

/** A caseworker begins: a passkey by a code that she was handed, and her first sign-in. */
export async function beginWork(citizen: Citizen, code: string): Promise<void> {
  const { visit, company, language } = citizen;
  await visit.open(`/staff/enrol?lang=${language}`);
  await visit.see("staffCodePage");
  await visit.send({ code });
  await visit.see("staffPasskeyPage");
  if (citizen.scripts) {
    await visit.press(passkeyButton);
    await visit.see("staffEnrolledPage");
  }
  const desk = await companyClient(citizen, "water-desk");
  const request = { redirect_uri: `${company.origin}/desk`, scope: "openid" };
  const { url } = await startSignIn(desk, request);
  await visit.open(`${url.pathname}${url.search}`);
  await visit.see("staffSignInPage");
  if (!citizen.scripts) return;
  await visit.page.click(passkeyButton);
  await visit.page.waitForURL(`${company.origin}/desk?code=*`);
}
