import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { governmentSector, sectorPseudonyms } from "../pseudonym.ts";
import { rawSharedKey, sharedKeyPattern, sharedKeys } from "../shared-key.ts";

const master = randomBytes(32);
const [government, water, power] = [governmentSector, "waterco", "powerco"].map((sector) => sharedKeys(master, sector));
if (!government || !water || !power) throw new Error("no sectors");
const sectors = [government, water, power];

const kind = fc.constantFrom("PremisesKey", "CaseKey");
const text = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }).filter((key) => {
  return Buffer.byteLength(key) <= 60 && !key.includes("\0") && key.isWellFormed();
});
const key = fc.tuple(kind, text).map(([of, raw]) => rawSharedKey(of, raw));

describe("a shared key", () => {
  it("has one form in every sector, and each form one key: the same every time, of one length", () => {
    fc.assert(
      fc.property(fc.uniqueArray(key, { minLength: 2, maxLength: 20 }), (keys) => {
        for (const sector of sectors) {
          const forms = keys.map((each) => sector.seal(each));
          expect(forms).toEqual(keys.map((each) => sector.seal(each)));
          expect(forms.map((form) => sector.open(form))).toEqual(keys);
          expect(new Set(forms).size).toBe(keys.length);
          for (const form of forms) expect(form).toMatch(sharedKeyPattern);
        }
      }),
    );
  });

  it("is foreign to all other sectors, and shares no part of its form with theirs", () => {
    fc.assert(
      fc.property(key, (raw) => {
        const forms = sectors.map((sector) => sector.seal(raw));
        expect(forms.map((form) => sectors.map((sector) => sector.open(form)))).toEqual([
          [raw, null, null],
          [null, raw, null],
          [null, null, raw],
        ]);
        const parts = forms.flatMap((form) => form.slice(5).match(/.{8}/g) ?? []);
        expect(new Set(parts).size).toBe(parts.length);
      }),
    );
  });

  it("is refused when any character of it is changed", () => {
    fc.assert(
      fc.property(key, fc.nat(132), fc.constantFrom(..."ABCxyz019-_"), (raw, at, character) => {
        const form = water.seal(raw);
        fc.pre(form[at] !== character);
        expect(water.open(form.slice(0, at) + character + form.slice(at + 1))).toBeNull();
      }),
    );
  });

  it("is of a version of its sector's key", () => {
    const next = sharedKeys(master, "waterco", { issued: 2, accepted: [1, 2] });
    const [before, after] = [water.seal("PremisesKey:17"), next.seal("PremisesKey:17")];
    expect([next.open(before), next.open(after), water.open(after)]).toEqual([
      "PremisesKey:17",
      "PremisesKey:17",
      null,
    ]);
    expect(after).toMatch(/^hmk2_/);
  });

  it("is no pseudonym, and no pseudonym is one", () => {
    const people = sectorPseudonyms(master, "waterco");
    expect(people.open(water.seal("PremisesKey:17"))).toBeNull();
    expect(water.open(people.seal("5f0c2c0e-6f6e-4b0e-9a0e-0d3f8c9f1a01"))).toBeNull();
  });

  it.each(["", "PremisesKey:", "17", `PremisesKey:${"7".repeat(69)}`, "PremisesKey:1\0", "PremisesKey:\ud800"])(
    "cannot be made of %j",
    (raw) => expect(() => water.seal(raw)).toThrow(TypeError),
  );

  it("is today what it was when the first company wrote it down", () => {
    const known = sharedKeys(Buffer.alloc(32, 7), "waterco").seal("PremisesKey:17");
    expect(known).toBe(
      "hmk1_ts5Fmn62qM7DPsbEBDmU94qNVkGU-U1VOpcOhc2-pzvu7VWsxNWTsIihT8zymFmWjLKz-KydIEcZll5eNu1CrFZ1ofGCz5SUvdLyDE9Y8GyCxkHsEKbhWy3W2Xi1_yU2",
    );
  });
});
