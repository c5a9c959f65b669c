import * as argon2 from "@node-rs/argon2";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { residentIdOf, type TestCitizen } from "./support/citizens.ts";
import { portalClient, signIn, type TestClient } from "./support/client.ts";
import { settleCitizen } from "./support/factors.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

// The real thing, watched: what an answer costs can be told from outside.
vi.mock("@node-rs/argon2", async (original) => {
  const real = await original<typeof argon2>();
  return { ...real, verify: vi.fn(real.verify), hash: vi.fn(real.hash) };
});

let identity: TestIdentity;
let portal: TestClient;
let her: TestCitizen;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
  her = await settleCitizen(identity);
});
afterAll(() => identity.close());
beforeEach(() => {
  vi.mocked(argon2.verify).mockClear();
  vi.mocked(argon2.hash).mockClear();
});

it.each([
  ["a wrong password", async () => her],
  ["a number that nobody has", async () => ({ ...her, residentId: residentIdOf("1970-01-01", "777") })],
  [
    "somebody of the register without an account",
    async () => {
      const residentId = residentIdOf("1971-01-01", "778");
      await identity.database.query(
        "INSERT INTO citizen (citizen_id, resident_id, name, birth_date) VALUES (gen_random_uuid(), $1, '无账号', '1971-01-01')",
        [residentId],
      );
      return { ...her, residentId };
    },
  ],
  [
    "an account that signs in with passkeys alone",
    async () => {
      const other = await settleCitizen(identity);
      await identity.database.query("UPDATE account SET password_hash = NULL WHERE citizen_id = $1", [other.citizenId]);
      return other;
    },
  ],
])("costs one check of a password at today's price: %s", async (_name, who) => {
  const citizen = await who();
  vi.mocked(argon2.hash).mockClear();
  const { page } = await signIn(identity, portal, { ...citizen, password: "wrong password of hers" });
  expect(page.status).toBe(422);
  expect(vi.mocked(argon2.verify).mock.calls.map(([hash]) => String(hash).split("$", 4).join("$"))).toEqual([
    "$argon2id$v=19$m=19456,t=2,p=1",
  ]);
  expect(argon2.hash).not.toHaveBeenCalled();
});
