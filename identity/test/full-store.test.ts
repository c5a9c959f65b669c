/** The store for what may be lost has no room for the mark of a proof: then nothing that counts once counts at all. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { aygul } from "./support/citizens.ts";
import { portalClient, redeem, signIn, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let portal: TestClient;
let isFull = false;

/** Redis that refuses to write, as `noeviction` has it. */
const bounded = (store: KeyValueStore): KeyValueStore => ({
  ...store,
  add: async (...mark) => {
    if (isFull) throw new Error("OOM command not allowed when used memory > 'maxmemory'.");
    return await store.add(...mark);
  },
});

beforeAll(async () => {
  identity = await startTestIdentity(undefined, { fleeting: bounded });
  portal = await portalClient(identity);
});
afterAll(() => identity.close());

it("a good client is refused while its assertions cannot be marked as used, and served as soon as they can", async () => {
  const attempt = await signIn(identity, portal, aygul);
  isFull = true;
  await expect(redeem(portal, attempt)).rejects.toMatchObject({ cause: { status: 500 } });
  await expect(signIn(identity, portal, aygul)).rejects.toMatchObject({ cause: { status: 500 } });
  isFull = false;
  expect((await redeem(portal, await signIn(identity, portal, aygul))).access_token).toBeTruthy();
});
