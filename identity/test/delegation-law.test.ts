import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { acceptDelegation, offerDelegation, revokeDelegation } from "../delegation/delegations.ts";
import { endRights } from "../delegation/ended-rights.ts";
import { aygul, wei } from "./support/citizens.ts";
import { begin, portalClient, redeem, refresh, signIn, type TestClient } from "./support/client.ts";
import { dayFromNow } from "./support/delegations.ts";
import { comeOfAgeIn, enterGuardianship, type Registered, registerPerson } from "./support/family.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import type { UserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let portal: TestClient;
let agent: UserAgent;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
  ({ agent } = await signIn(identity, portal, aygul));
});
afterAll(() => identity.close());

/** A right of Aygül's to act for somebody, and whether by what has happened it holds. */
interface Right {
  readonly id: string;
  readonly principal: string;
  readonly holds: boolean;
}

/** What has come of everything so far. */
interface World {
  /** The newest delegation of Wei's. */
  delegation: Right | null;
  isOffer: boolean;
  /** The newest guardianship, and its ward. */
  guardianship: Right | null;
  ward: Registered | null;
}

const nobody = "00000000-0000-4000-8000-000000000000";
const origin = { address: "192.0.2.1", userAgent: "test" };

/** What can happen, and what it makes of the world by law. */
const happenings = {
  offer: async (world: World) => {
    await identity.database.query("DELETE FROM delegation");
    const holder = { holderName: aygul.name, holderResidentId: aygul.residentId };
    const terms = { scopes: ["health:read"], lastDay: dayFromNow(9), companyId: null, origin };
    await identity.database.transaction((tx) => offerDelegation(tx, { giver: wei.citizenId, ...holder, ...terms }));
    const [row] = await identity.database.query<{ delegation_id: string }>("SELECT delegation_id FROM delegation");
    world.delegation = { id: row?.delegation_id ?? nobody, principal: wei.citizenId, holds: false };
    world.isOffer = true;
  },
  accept: async (world: World) => {
    await identity.database.transaction((tx) => acceptDelegation(tx, aygul.citizenId, world.delegation?.id ?? nobody));
    if (world.delegation && world.isOffer) world.delegation = { ...world.delegation, holds: true };
    world.isOffer = false;
  },
  takeBack: async (world: World) => await revoke(world, wei.citizenId),
  giveBack: async (world: World) => await revoke(world, aygul.citizenId),
  expire: async (world: World) => {
    await identity.database.query("UPDATE delegation SET valid_until = now()");
    endDelegation(world);
  },
  haveChild: async (world: World) => {
    await identity.database.query("DELETE FROM guardianship");
    const ward = await registerPerson(identity.database, "孩子", { years: 16 });
    const id = await enterGuardianship(identity.database, aygul, ward);
    Object.assign(world, { ward, guardianship: { id, principal: ward.citizenId, holds: true } });
  },
  comeOfAge: async (world: World) => {
    if (!world.ward || !world.guardianship) return;
    await comeOfAgeIn(identity.database, world.ward, 0);
    world.guardianship = { ...world.guardianship, holds: false };
  },
  maintain: async () => await endRights(identity.database, identity.fleeting),
};

async function revoke(world: World, citizenId: string): Promise<void> {
  await identity.database.transaction((tx) => revokeDelegation(tx, citizenId, world.delegation?.id ?? nobody));
  endDelegation(world);
}

function endDelegation(world: World): void {
  if (world.delegation) world.delegation = { ...world.delegation, holds: false };
  world.isOffer = false;
}

/** Asks for tokens for somebody. @returns the subject and a refresh token; null when none are given */
async function tokensFor(person: string) {
  const attempt = await begin(identity, portal, { agent, parameters: { prompt: "select_account" } });
  const page = await agent.submit(attempt.page, { person });
  if (!page.leavesTo) return null;
  const tokens = await redeem(portal, { ...attempt, page });
  return { subject: tokens.claims()?.sub, refreshToken: tokens.refresh_token ?? "" };
}

async function canRefresh(refreshToken: string): Promise<boolean> {
  return await refresh(portal, refreshToken).then(
    () => true,
    () => false,
  );
}

describe("whatever happens, in whatever order", () => {
  it("tokens for another are given, and renewed, exactly while the right to act for her holds", async () => {
    const pseudonyms = sectorPseudonyms(identity.config.pseudonymKey, governmentSector);
    const names = Object.keys(happenings) as (keyof typeof happenings)[];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 10 }), async (story) => {
        await identity.database.query("DELETE FROM delegation");
        await identity.database.query("DELETE FROM guardianship");
        const world: World = { delegation: null, isOffer: false, guardianship: null, ward: null };
        let held: { readonly id: string; readonly refreshToken: string } | null = null;
        for (const happening of story) {
          await happenings[happening](world);
          const rights = [world.delegation, world.guardianship].flatMap((right) => right ?? []);
          if (held) {
            const { id } = held;
            expect(await canRefresh(held.refreshToken)).toBe(rights.some((right) => right.id === id && right.holds));
          }
          for (const { id, principal, holds } of rights) {
            const tokens = await tokensFor(id);
            expect(tokens?.subject).toBe(holds ? pseudonyms.seal(principal) : undefined);
            if (tokens) held = { id, refreshToken: tokens.refreshToken };
          }
        }
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});
