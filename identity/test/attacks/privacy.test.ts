/** Attacks on who she is: joining what two parties know, and finding out who has an account. */
import { sectorPseudonyms } from "../../../trust/pseudonym.ts";
import { allowed, attack, identities, newName, worked } from "../support/attack.ts";
import { aygul, residentIdOf, wei } from "../support/citizens.ts";
import { begin, portalClient, redeem, registerOidc } from "../support/client.ts";
import { createUserAgent } from "../support/user-agent.ts";

const { real } = identities();

attack("two companies that lay their customers side by side", {
  source: "OpenID Connect Core 17.3; ASVS 10.5.2",
  real: () => ["shop", "bank"],
  // Registered in one circle of trust.
  weak: () => ["shop", "shop"],
  attempt: async (sectors) => {
    const identity = await real();
    const subjects: unknown[] = [];
    for (const sector of sectors) {
      const site = await registerOidc(identity, newName(), { sector });
      subjects.push((await redeem(site, await allowed(identity, site))).claims()?.sub);
    }
    return new Set(subjects).size === 1 ? worked : "two names";
  },
  meets: "two names",
});

attack("a pseudonym that somebody changes, to become another citizen", {
  source: "ASVS 10.3.3",
  real: () => sectorPseudonyms(new Uint8Array(32).fill(3), "government"),
  // The ID itself, in another alphabet.
  weak: () => ({
    seal: (citizenId: string) => Buffer.from(citizenId).toString("base64url"),
    open: (pseudonym: string) => Buffer.from(pseudonym, "base64url").toString(),
  }),
  attempt: async ({ seal, open }) => {
    const mine = seal(aygul.citizenId);
    for (let place = 5; place < mine.length; place += 1) {
      const letter = mine[place] === "A" ? "B" : "A";
      const forged = `${mine.slice(0, place)}${letter}${mine.slice(place + 1)}`;
      const opened = open(forged);
      if (opened !== null && opened !== aygul.citizenId) return worked;
    }
    return "recognised";
  },
  meets: "recognised",
});

attack("a stranger who finds out by signing in who has an account", {
  source: "ASVS 6.3.8",
  real,
  weak: "cannot be shown: there is one sentence for a wrong password and for no account, and no other to be switched on",
  attempt: async (identity) => {
    const answers = new Set<string>();
    for (const login of [wei.residentId, residentIdOf("1970-01-01", "333")]) {
      const { page, agent } = await begin(identity, await portalClient(identity));
      const end = await agent.submit(page, { login, password: "wrong password" });
      answers.add(`${end.status} ${plain(end.text).replaceAll(login, "")}`);
    }
    return answers.size === 1 ? "one answer" : worked;
  },
  meets: "one answer",
});

attack("a stranger who finds out by recovery who has an account", {
  source: "ASVS 6.3.8",
  real,
  weak: "cannot be shown: the account is looked up after the answer has been sent",
  attempt: async (identity) => {
    const answers = new Set<string>();
    for (const login of [wei.mobile, "19900009999"]) {
      const agent = createUserAgent(identity.issuer);
      const page = await agent.submit(await agent.open(`${identity.issuer}/recovery`), { login });
      answers.add(`${page.status} ${plain(page.text)}`);
    }
    return answers.size === 1 ? "one answer" : worked;
  },
  meets: "one answer",
});

/** A page without what differs from one request to the next. */
function plain(text: string): string {
  return text.replace(/[\w-]{20,}/g, "").replace(/\s+/g, " ");
}
