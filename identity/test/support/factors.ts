/** Factors of the test citizens, as apps, phones and printers hold them. */
import { randomUUID } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { expect } from "vitest";
import { signInToAccount } from "./account.ts";
import { openAccount, residentIdOf, type TestCitizen } from "./citizens.ts";
import type { TestIdentity } from "./identity.ts";
import type { Page, UserAgent } from "./user-agent.ts";

/** The code of an authenticator app. @param steps how many time steps from now */
export function appCode(secret: string, steps = 0): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * 30_000 });
}

/** Opens a security page in a new browser: with the password, and a code by SMS. */
export async function openSecurity(
  identity: TestIdentity,
  citizen: TestCitizen,
  path = "/account/security?lang=en",
): Promise<{ readonly agent: UserAgent; readonly page: Page }> {
  const since = identity.messages.length;
  const { agent, page } = await signInToAccount(identity, citizen, path);
  const asked = await agent.submit(page, { action: "send", factor: "sms" });
  return { agent, page: await agent.submit(asked, { code: await smsCode(identity, citizen.mobile, since) }) };
}

/** Sets an app up on the security pages. @returns its secret */
export async function enrolApp({ issuer }: TestIdentity, agent: UserAgent): Promise<string> {
  const page = await agent.open(`${issuer}/account/security/totp`);
  const secret = /<code dir="ltr">([A-Z2-7 ]+)<\/code>/.exec(page.text)?.[1]?.replaceAll(" ", "") ?? "";
  // A code of the step before: the one of now stays good for a sign-in.
  const done = await agent.submit(page, { code: appCode(secret, -1) });
  expect(done.url.search).toBe("?done=added");
  return secret;
}

/** Prints codes on the security pages. */
export async function printCodes({ issuer }: TestIdentity, agent: UserAgent): Promise<string[]> {
  const security = await agent.open(`${issuer}/account/security`);
  const page = await postForm(agent, security, "/account/security/codes", {});
  return [...page.text.matchAll(/<li><code>([0-9A-Z-]+)<\/code>/g)].map(([, code = ""]) => code);
}

/** Posts to an address with the form token of a page. */
export async function postForm(
  agent: UserAgent,
  page: Page,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Page> {
  const form = /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
  const body = new URLSearchParams({ form, ...fields });
  return await agent.open(new URL(path, page.url), { method: "POST", body });
}

/** The code in the newest SMS to a mobile, once it has arrived. */
export async function smsCode({ messages }: TestIdentity, mobile: string, since = 0): Promise<string> {
  const newest = () =>
    messages
      .slice(since)
      .filter((message) => message.mobile === mobile)
      .flatMap(({ text }) => /(?<!\d)\d{6}(?!\d)/.exec(text)?.[0] ?? [])
      .at(-1);
  await expect.poll(newest).toBeDefined();
  return newest() ?? "";
}

let settled = 0;

/** A citizen whom no other test knows, with an account and a password: her limits and her history are her own. */
export async function settleCitizen({ database }: TestIdentity): Promise<TestCitizen> {
  settled += 1;
  const digits = String(settled).padStart(3, "0");
  const citizen = {
    citizenId: randomUUID(),
    residentId: residentIdOf("1985-05-05", digits),
    mobile: `19977000${digits}`,
    password: "correct horse battery staple",
    name: `阿依古丽·买买提${digits}`,
  };
  await database.query(
    "INSERT INTO citizen (citizen_id, resident_id, name, birth_date) VALUES ($1, $2, $3, '1985-05-05')",
    [citizen.citizenId, citizen.residentId, citizen.name],
  );
  await openAccount(database, citizen);
  return citizen;
}

/** Kinds in the history of a citizen, the oldest first. */
export async function historyOf({ database }: TestIdentity, { citizenId }: TestCitizen): Promise<string[]> {
  const rows = await database.query<{ kind: string }>(
    "SELECT kind FROM account_history WHERE citizen_id = $1 ORDER BY entry_id",
    [citizenId],
  );
  return rows.map(({ kind }) => kind);
}
