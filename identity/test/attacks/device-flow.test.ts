/** Attacks on the connection of devices (RFC 8628, 5). */
import * as oidc from "openid-client";
import { attack, identities, newName, outcomeOf, withAdapter, worked } from "../support/attack.ts";
import { aygul } from "../support/citizens.ts";
import { proofs, type TestClient } from "../support/client.ts";
import type { TestIdentity } from "../support/identity.ts";
import { deviceCode, registerConfidential } from "../support/registration.ts";
import { createUserAgent } from "../support/user-agent.ts";

const { real, weak } = identities();

async function kioskOf(identity: TestIdentity): Promise<TestClient> {
  const metadata = { grant_types: [deviceCode], response_types: [], redirect_uris: [] };
  return await registerConfidential(identity, newName(), metadata);
}

const begun = ({ configuration }: TestClient, identity: TestIdentity) =>
  oidc.initiateDeviceAuthorization(configuration, { scope: "openid citizen:read", resource: identity.graph });

const poll = (kiosk: TestClient, code: string) =>
  oidc.genericGrantRequest(kiosk.configuration, deviceCode, { device_code: code }, proofs(kiosk));

/** The citizen connects the device whose code she reads. */
async function connect(identity: TestIdentity, userCode: string): Promise<void> {
  const agent = createUserAgent(identity.issuer);
  const confirmation = await agent.submit(await agent.open(`${identity.issuer}/device`), { user_code: userCode });
  const door = await agent.submit(confirmation, { confirm: "yes" });
  const consent = await agent.submit(door, { login: aygul.residentId, password: aygul.password });
  await agent.submit(consent, { action: "allow" });
}

attack("a link with the attacker's own code in it, which connects his device as soon as she opens it", {
  source: "RFC 8628 5.4; ASVS 10.7.1",
  real,
  weak: "cannot be shown: the library would send the code by a script, which our page does not carry",
  attempt: async (identity) => {
    const kiosk = await kioskOf(identity);
    const { verification_uri_complete: link = "" } = await begun(kiosk, identity);
    const page = await createUserAgent(identity.issuer).open(link);
    const isConfirmed = page.text.includes('name="confirm"') || page.text.includes("<script");
    return isConfirmed ? worked : "the code is only filled in";
  },
  meets: "the code is only filled in",
});

attack("a device code that gives tokens twice", {
  source: "RFC 8628 5.2; ASVS 6.5.1",
  real,
  weak: weak(withAdapter("DeviceCode", () => ({ consume: async () => {} }))),
  attempt: async (identity) => {
    const kiosk = await kioskOf(identity);
    const { device_code: code, user_code: userCode } = await begun(kiosk, identity);
    await connect(identity, userCode);
    if ((await outcomeOf(poll(kiosk, code))) !== worked) return "the first use failed";
    return await outcomeOf(poll(kiosk, code));
  },
  meets: "invalid_grant",
});

attack("another device that found a device code and asks first", {
  source: "RFC 8628 5.2; ASVS 10.4.16",
  real,
  weak: "cannot be shown: the library has no setting that leaves out whose code it is",
  attempt: async (identity) => {
    const [kiosk, another] = [await kioskOf(identity), await kioskOf(identity)];
    const { device_code: code, user_code: userCode } = await begun(kiosk, identity);
    await connect(identity, userCode);
    return await outcomeOf(poll(another, code));
  },
  meets: "invalid_grant",
});

// The last one: the network waits from here on.
attack("user codes tried until one is of a device that waits", {
  source: "RFC 8628 5.1; ASVS 6.6.3",
  real,
  weak: weak({ fleeting: (store) => ({ ...store, increment: async () => 1 }) }),
  attempt: async (identity) => {
    const kiosk = await kioskOf(identity);
    const { user_code: right } = await begun(kiosk, identity);
    const agent = createUserAgent(identity.issuer);
    const open = () => agent.open(`${identity.issuer}/device`);
    let form = await open();
    for (let n = 0; n < 30; n += 1) form = await agent.submit(form, { user_code: "BBBB-BBBB" });
    const page = await agent.submit(await open(), { user_code: right });
    return page.text.includes('name="confirm"') ? worked : String(page.status);
  },
  meets: "429",
});
