/** Attacks of whoever acts, or would like to act, for another. */
import type { AdapterPayload } from "oidc-provider";
import { attack, identities, outcomeOf, withAdapter, worked } from "../support/attack.ts";
import { aygul, wei } from "../support/citizens.ts";
import { portalClient, redeem, refresh, signIn } from "../support/client.ts";
import { enterGuardianship, registerPerson } from "../support/family.ts";

const { real, weak } = identities();

/** Keeps a grant though the right behind it is gone. */
function unforgetting() {
  const kept = new Map<string, AdapterPayload>();
  return withAdapter("Grant", (grants) => ({
    upsert: async (id, payload, seconds) => {
      kept.set(id, payload);
      await grants.upsert(id, payload, seconds);
    },
    find: async (id) => (await grants.find(id)) ?? kept.get(id),
  }));
}

attack("a guardian who keeps what she was given after her guardianship has ended", {
  source: "RFC 9700 4.14; ASVS 10.3.2",
  real,
  weak: weak(unforgetting()),
  attempt: async (identity) => {
    const { database } = identity;
    const ward = await registerPerson(database, "古丽", { years: 9 });
    const right = await enterGuardianship(database, aygul, ward);
    const portal = await portalClient(identity);
    const attempt = await signIn(identity, portal, aygul);
    const page = await attempt.agent.submit(attempt.page, { person: right });
    const { refresh_token: token = "" } = await redeem(portal, { ...attempt, page });
    await database.query("DELETE FROM guardianship");
    return await outcomeOf(refresh(portal, token));
  },
  meets: "invalid_grant",
});

attack("somebody who names a right that is another's to choose", {
  source: "ASVS 10.3.2",
  real,
  weak: "cannot be shown: the question to the database names who acts, and no argument leaves that out",
  attempt: async (identity) => {
    const { database } = identity;
    const own = await registerPerson(database, "买买提", { years: 8 });
    const another = await registerPerson(database, "王小明", { years: 8 });
    await enterGuardianship(database, aygul, own);
    const foreign = await enterGuardianship(database, wei, another);
    const { agent, page } = await signIn(identity, await portalClient(identity), aygul);
    const end = await agent.submit(page, { person: foreign });
    await database.query("DELETE FROM guardianship");
    return end.leavesTo ? worked : String(end.status);
  },
  meets: "422",
});
