import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { createMemoryStore } from "../../platform/keyvalue.ts";
import { createLimiters, type Limiters, waitAfter } from "../credentials/limiters.ts";
import { readLoginName } from "../credentials/login-name.ts";
import { argon2idCost, hashPassword, isPassword } from "../credentials/password.ts";
import { checkDigit, isResidentId } from "../credentials/resident-id.ts";

const regions = fc.oneof(
  fc.constantFrom("000000", "110105", "650102", "810000", "820000", "830000", "912310"),
  fc.stringMatching(/^\d{6}$/),
);
const days = fc
  .date({ min: new Date("1900-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10).replaceAll("-", ""));
const residentIds = fc
  .tuple(regions, days, fc.stringMatching(/^\d{3}$/))
  .map((parts) => parts.join(""))
  .map((digits) => digits + checkDigit(digits));
const mobiles = fc.stringMatching(/^1[3-9]\d{9}$/);

describe("a resident ID number (GB 11643)", () => {
  it("is right as the standard's own example is", () => {
    expect(isResidentId("11010519491231002X")).toBe(true);
    expect(isResidentId("000000189912310012")).toBe(true);
  });

  it("is right for every region, day and sequence with the check digit of the first 17", () => {
    fc.assert(fc.property(residentIds, (id) => isResidentId(id)));
  });

  it("is wrong as soon as one character is another", () => {
    const change = fc.tuple(residentIds, fc.nat(17), fc.constantFrom(..."0123456789X"));
    fc.assert(
      fc.property(change, ([id, place, character]) => {
        fc.pre(id[place] !== character);
        expect(isResidentId(id.slice(0, place) + character + id.slice(place + 1))).toBe(false);
      }),
    );
  });

  it("is wrong when two neighbours change places", () => {
    fc.assert(
      fc.property(residentIds, fc.nat(16), (id, place) => {
        const [left, right] = [id[place], id[place + 1]];
        fc.pre(left !== right);
        expect(isResidentId(`${id.slice(0, place)}${right}${left}${id.slice(place + 2)}`)).toBe(false);
      }),
    );
  });

  it("is wrong for a day that is none", () => {
    for (const day of ["19890230", "19891301", "19890000", "20230229"]) {
      const digits = `000000${day}001`;
      expect(isResidentId(digits + checkDigit(digits))).toBe(false);
    }
  });
});

describe("what is typed as a name", () => {
  const decorations = fc.constantFrom(
    (text: string) => text,
    (text: string) => ` ${text}\u00a0`,
    (text: string) => text.toLowerCase(),
    (text: string) => text.replace(/[\dX]/g, (c) => String.fromCodePoint((c.codePointAt(0) ?? 0) + 0xfee0)),
    (text: string) => `${text.slice(0, 3)} ${text.slice(3, 7)}-${text.slice(7)}`,
    (text: string) => `\u200e${text}`,
  );

  it("means the same number in every form in which people write it", () => {
    fc.assert(
      fc.property(residentIds, decorations, (value, decorate) => {
        expect(readLoginName(decorate(value))).toEqual({ kind: "residentId", value });
      }),
    );
    fc.assert(
      fc.property(mobiles, decorations, fc.constantFrom("", "+86", "+86 ", "86"), (value, decorate, prefix) => {
        expect(readLoginName(prefix + decorate(value))).toEqual({ kind: "mobile", value });
      }),
    );
  });

  it("never makes the reader fail, and is read into nothing but the two forms", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const read = readLoginName(text);
        if (typeof read !== "string") expect(read.value).toMatch(/^(\d{17}[\dX]|1[3-9]\d{9})$/);
      }),
    );
  });

  it("is told apart: nothing, nonsense, and a number with a slip in it", () => {
    expect(readLoginName("  ")).toBe("missing");
    expect(readLoginName("aygul")).toBe("malformed");
    expect(readLoginName("12345678901")).toBe("malformed");
    expect(readLoginName("000000189912310013")).toBe("residentIdMistyped");
  });
});

describe("a password", () => {
  it("is kept as argon2id at the cost that OWASP names, salted", async () => {
    const [first, second] = await Promise.all([hashPassword("秘密"), hashPassword("秘密")]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(argon2idCost.memoryCost).toBe(19_456);
    expect(first).not.toBe(second);
    expect(await isPassword(first, "秘密")).toBe(true);
    expect(await isPassword(first, "秘密 ")).toBe(false);
    expect(await isPassword(first, "")).toBe(false);
  });

  it("longer than any allowed one is wrong even where its beginning is right", async () => {
    const longest = "x".repeat(256);
    const hash = await hashPassword(longest);
    expect(await isPassword(hash, longest)).toBe(true);
    expect(await isPassword(hash, `${longest}y`)).toBe(false);
  });
});

describe("a limiter", () => {
  let now = 0;
  let limiters: Limiters;

  beforeEach(() => {
    now = Date.now();
    limiters = createLimiters(
      createMemoryStore(1_000, () => now),
      Buffer.alloc(32, 1),
    );
  });

  const admit = (account: string, address: string) => limiters.admit(["sign-in-pair"], { account, address });
  const tries = (count: number, account = "a", address = "x") =>
    Promise.all(Array.from({ length: count }, () => admit(account, address)));
  const allowed = async (count: number) => (await tries(count)).filter((admission) => admission.allowed).length;

  it("lets a person mistype, and lets one more through each time the pause is over", async () => {
    expect(await allowed(5)).toBe(5);
    expect(await allowed(1)).toBe(1);
    expect(await allowed(1)).toBe(0);
    now += 2_000;
    expect(await allowed(1)).toBe(1);
    expect(await allowed(1)).toBe(0);
  });

  it("is not outrun by tries at the same time", async () => {
    expect(await allowed(50)).toBe(6);
  });

  it("counts each account at each address for itself, and forgives who proves herself", async () => {
    await tries(10);
    expect((await admit("b", "x")).allowed).toBe(true);
    expect((await admit("a", "y")).allowed).toBe(true);
    await limiters.forgive(["sign-in-pair"], { account: "a", address: "x" });
    expect(await allowed(1)).toBe(1);
  });

  it("counts all addresses of one IPv6 network as one, and no two IPv4 addresses", async () => {
    const allowedFrom = async (addresses: string[]) =>
      (await Promise.all(addresses.map((address) => admit("a", address)))).filter((one) => one.allowed).length;
    const hosts = Array.from({ length: 20 }, (_, i) => i.toString(16));
    expect(await allowedFrom(hosts.map((host) => `2001:db8:0:7:${host}::1`))).toBe(6);
    expect(await allowedFrom(["2001:db8::7:1:2:3:4", "2001:db8:0:7:0:0:0:1"])).toBe(0);
    expect(await allowedFrom(hosts.map((net) => `2001:db8:0:${net}a::1`))).toBe(20);
    expect(await allowedFrom(hosts.map((host) => `::ffff:192.0.2.${Number.parseInt(host, 16)}`))).toBe(20);
    expect(await allowedFrom(["::1", "::1"])).toBe(2);
  });

  it("makes the pause longer with every try, up to a quarter of an hour", () => {
    const pauses = Array.from({ length: 30 }, (_, i) => waitAfter("sign-in-pair", 6 + i));
    expect(pauses.slice(0, 4)).toEqual([2, 4, 8, 16]);
    expect(Math.max(...pauses)).toBe(900);
  });

  it("takes back one try of an address that proved somebody, and no more", async () => {
    const subject = { address: "x" };
    for (let i = 0; i < 200; i += 1) {
      expect((await limiters.admit(["passkey-address"], subject)).allowed).toBe(true);
      await limiters.uncount(["passkey-address"], subject);
    }
    const wrong = [];
    for (let i = 0; i < 203; i += 1) wrong.push((await limiters.admit(["passkey-address"], subject)).allowed);
    expect(wrong.filter(Boolean)).toHaveLength(201);
  });
});
