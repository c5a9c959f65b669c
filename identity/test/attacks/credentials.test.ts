/** Attacks on passwords, codes and passkeys. */
import { createHash, generateKeyPairSync, sign as signWith } from "node:crypto";
import { TOTP } from "otpauth";
import { createMemoryStore, type KeyValueStore } from "../../../platform/keyvalue.ts";
import { createLimiters } from "../../credentials/limiters.ts";
import { createPasskeys, type PasskeyRecord, type Passkeys } from "../../credentials/passkeys.ts";
import { type PasswordContext, passwordFault } from "../../credentials/password-policy.ts";
import { createSmsCodes, type SmsCodes } from "../../credentials/sms-code.ts";
import { createTotp } from "../../credentials/totp.ts";
import { saveTotp } from "../../store/factors.ts";
import { attack, identities, worked } from "../support/attack.ts";
import { aygul, wei } from "../support/citizens.ts";
import { begin, portalClient, signIn } from "../support/client.ts";
import type { TestIdentity } from "../support/identity.ts";
import { createUserAgent } from "../support/user-agent.ts";

const { real, weak } = identities();
const secret = new Uint8Array(32).fill(7);

/** A store that forgets every count. */
const forgetful = (store: KeyValueStore): KeyValueStore => ({ ...store, increment: async () => 1 });

/** Tries wrong passwords in one browser, and at the end the right one. */
async function guess(identity: TestIdentity, tries: number): Promise<string> {
  const { page, agent } = await begin(identity, await portalClient(identity));
  for (let n = 0; n < tries; n += 1) await agent.submit(page, { login: wei.residentId, password: `guess ${n}` });
  const end = await agent.submit(page, { login: wei.residentId, password: wei.password });
  return end.leavesTo?.searchParams.has("code") ? worked : String(end.status);
}

attack("a list of passwords tried one after the other", {
  source: "ASVS 6.3.1",
  real,
  weak: weak({ fleeting: forgetful }),
  attempt: async (identity) => await guess(identity, 12),
  meets: "429",
});

attack("wrong passwords sent by a stranger, to keep her out of her own account", {
  source: "ASVS 6.1.1",
  real: async () => ({ identity: await real(), forgetsBrowsers: false }),
  weak: async () => ({ identity: await weak({})(), forgetsBrowsers: true }),
  attempt: async ({ identity, forgetsBrowsers }) => {
    const portal = await portalClient(identity);
    const agent = createUserAgent(identity.issuer);
    await signIn(identity, portal, aygul, { agent });
    const { page, agent: stranger } = await begin(identity, portal);
    for (let n = 0; n < 12; n += 1) await stranger.submit(page, { login: aygul.residentId, password: `guess ${n}` });
    if (forgetsBrowsers) await identity.database.query("DELETE FROM known_device");
    const parameters = { prompt: "login" };
    const { page: end } = await signIn(identity, portal, aygul, { agent, parameters });
    return end.leavesTo?.searchParams.has("code") ? "she is let in" : worked;
  },
  meets: "she is let in",
});

const smsCodesOn = (store: KeyValueStore, sent: string[]): SmsCodes =>
  createSmsCodes(store, { send: async (_mobile, text) => void sent.push(text) }, createLimiters(store, secret), secret);

const codeRequest = (use: string) =>
  ({ use, account: "a", mobile: "19900000009", address: "192.0.2.1", language: "en" }) as const;

const codeIn = (text = "") => /\d{6}/.exec(text)?.[0] ?? "";

attack("a code by SMS that is guessed", {
  source: "ASVS 6.6.3",
  real: () => createMemoryStore(),
  weak: () => forgetful(createMemoryStore()),
  attempt: async (store) => {
    const sent: string[] = [];
    const codes = smsCodesOn(store, sent);
    await codes.send(codeRequest("sign-in 1"));
    const right = codeIn(sent[0]);
    for (let n = 0; n < 20; n += 1) {
      const wrong = String((Number(right) + n + 1) % 1_000_000).padStart(6, "0");
      await codes.verify("sign-in 1", wrong);
    }
    return (await codes.verify("sign-in 1", right)) ? worked : "no more tries";
  },
  meets: "no more tries",
});

attack("a code by SMS that she was talked into telling, used for another sign-in", {
  source: "ASVS 6.6.2",
  real: (): ((use: string) => string) => (use) => use,
  weak: (): ((use: string) => string) => () => "whatever it is for",
  attempt: async (bindTo) => {
    const sent: string[] = [];
    const codes = smsCodesOn(createMemoryStore(), sent);
    await codes.send(codeRequest(bindTo("registration of hers")));
    return (await codes.verify(bindTo("sign-in of the attacker"), codeIn(sent[0]))) ? worked : "not for this";
  },
  meets: "not for this",
});

attack("a code by SMS that is used twice", {
  source: "ASVS 6.5.1",
  real: () => createMemoryStore(),
  weak: () => {
    const store = createMemoryStore();
    return { ...store, take: (key: string) => store.get(key) };
  },
  attempt: async (store) => {
    const sent: string[] = [];
    const codes = smsCodesOn(store, sent);
    await codes.send(codeRequest("sign-in 1"));
    await codes.verify("sign-in 1", codeIn(sent[0]));
    return (await codes.verify("sign-in 1", codeIn(sent[0]))) ? worked : "used up";
  },
  meets: "used up",
});

attack("a code of her authenticator app that somebody saw over her shoulder", {
  source: "ASVS 6.5.1",
  real: async () => {
    const totp = createTotp(secret);
    const { database } = await real();
    const appSecret = totp.newSecret();
    await saveTotp(database, wei.citizenId, totp.seal(wei.citizenId, appSecret), 0);
    return { appSecret, verify: async (code: string) => (await totp.verify(database, wei.citizenId, code)) !== null };
  },
  // Whether the code is right is all that such a verifier asks.
  weak: () => {
    const totp = createTotp(secret);
    const appSecret = totp.newSecret();
    return { appSecret, verify: async (code: string) => totp.stepOf(appSecret, code) !== null };
  },
  attempt: async ({ appSecret, verify }) => {
    const code = new TOTP({ secret: appSecret }).generate();
    if (!(await verify(code))) return "the first use failed";
    return (await verify(code)) ? worked : "used up";
  },
  meets: "used up",
});

type Policy = (password: string, context: PasswordContext) => string | null;

attack("a password that everybody guesses first, or that her papers tell", {
  source: "ASVS 6.2.4; ASVS 6.2.11",
  real: (): Policy => passwordFault,
  weak: (): Policy => (password) => (password.length < 8 ? "short" : null),
  attempt: async (policy) => {
    const context = { hasSecondFactor: true, personal: ["古丽·艾山", "19900000001"] };
    const chosen = ["password123", "huimin2026", "19900000001", "aaaaaaaaaaaa"];
    const refused = chosen.filter((password) => policy(password, context) !== null);
    return refused.length === chosen.length ? "all refused" : worked;
  },
  meets: "all refused",
});

/** An authenticator in software, with one passkey for `localhost`. */
function authenticator() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const coordinate = (head: string, value: string) => [Buffer.from(head, "hex"), Buffer.from(value, "base64url")];
  // An EC2 key for ES256 (RFC 9053, 7.1).
  const publicKeyBytes = Buffer.concat([
    Buffer.from("a5010203262001", "hex"),
    ...coordinate("215820", x),
    ...coordinate("225820", y),
  ]);
  const id = Buffer.from("the only passkey").toString("base64url");
  const answer = (challenge: string, origin: string, { flags = 0x05, counter = 0 } = {}) => {
    const clientData = Buffer.from(JSON.stringify({ type: "webauthn.get", challenge, origin }));
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const data = Buffer.concat([createHash("sha256").update("localhost").digest(), Buffer.from([flags]), count]);
    const signed = Buffer.concat([data, createHash("sha256").update(clientData).digest()]);
    const response = {
      clientDataJSON: clientData.toString("base64url"),
      authenticatorData: data.toString("base64url"),
      signature: signWith("sha256", signed, privateKey).toString("base64url"),
    };
    return JSON.stringify({ id, rawId: id, type: "public-key", clientExtensionResults: {}, response });
  };
  return { id, publicKey: new Uint8Array(publicKeyBytes), answer };
}

/** A site that knows one passkey. */
interface Site {
  readonly passkeys: Passkeys;
  readonly countsUses: boolean;
}

const site = (store: KeyValueStore, origin = "http://localhost:4002", countsUses = true): Site => ({
  passkeys: createPasskeys(store, origin),
  countsUses,
});

async function signInWith({ passkeys, countsUses }: Site, key: ReturnType<typeof authenticator>) {
  const record: PasskeyRecord = { credentialId: key.id, publicKey: key.publicKey, counter: 0 };
  let last = 0;
  const source = {
    find: async () => ({ ...record, counter: countsUses ? last : 0 }),
    use: async (_id: string, counter: number) => {
      const grows = counter > last || (counter === 0 && last === 0);
      last = counter;
      return grows || !countsUses;
    },
  };
  const challengeOf = async () => String(JSON.parse(await passkeys.requestOptions("sign-in")).challenge);
  const send = async (answer: string) =>
    (await passkeys.authenticateFrom(source, "sign-in", answer)) ? worked : "refused";
  return { challengeOf, send };
}

attack("a page that looks like identity's and passes her passkey's answer on", {
  source: "ASVS 6.3.3",
  real: () => site(createMemoryStore()),
  // One that believes whatever origin the browser of the visitor names.
  weak: () => site(createMemoryStore(), "http://localhost:6666"),
  attempt: async (target) => {
    const key = authenticator();
    const { challengeOf, send } = await signInWith(target, key);
    return await send(key.answer(await challengeOf(), "http://localhost:6666"));
  },
  meets: "refused",
});

attack("a passkey's answer that is sent once more", {
  source: "ASVS 6.7.2",
  real: () => site(createMemoryStore()),
  weak: () => {
    const store = createMemoryStore();
    return site({ ...store, take: (key) => store.get(key) });
  },
  attempt: async (target) => {
    const key = authenticator();
    const { challengeOf, send } = await signInWith(target, key);
    const answer = key.answer(await challengeOf(), "http://localhost:4002");
    if ((await send(answer)) !== worked) return "the first use failed";
    return await send(answer);
  },
  meets: "refused",
});

attack("a passkey that was copied out of its authenticator", {
  source: "ASVS 6.7.1",
  real: () => site(createMemoryStore()),
  weak: () => site(createMemoryStore(), "http://localhost:4002", false),
  attempt: async (target) => {
    const key = authenticator();
    const { challengeOf, send } = await signInWith(target, key);
    await send(key.answer(await challengeOf(), "http://localhost:4002", { counter: 8 }));
    return await send(key.answer(await challengeOf(), "http://localhost:4002", { counter: 7 }));
  },
  meets: "refused",
});

attack("a stolen security key, used by whoever can touch it but does not know its PIN", {
  source: "ASVS 6.3.3; ASVS 6.5.7",
  real: () => site(createMemoryStore()),
  weak: "cannot be shown: user verification is demanded by one constant, and no argument changes it",
  attempt: async (target) => {
    const key = authenticator();
    const { challengeOf, send } = await signInWith(target, key);
    return await send(key.answer(await challengeOf(), "http://localhost:4002", { flags: 0x01 }));
  },
  meets: "refused",
});
