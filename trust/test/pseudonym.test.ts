import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { governmentSector, pseudonymPattern, sectorPseudonyms } from "../pseudonym.ts";

const master = randomBytes(32);
const government = sectorPseudonyms(master, governmentSector);
const water = sectorPseudonyms(master, "water");
const citizenId = fc.uuid();

describe("a sector pseudonym", () => {
  it("opens to the citizen ID it was made of, and to nothing else", () => {
    fc.assert(
      fc.property(citizenId, (id) => {
        const pseudonym = government.seal(id);
        expect(pseudonym).toMatch(pseudonymPattern);
        expect(government.open(pseudonym)).toBe(id);
      }),
    );
  });

  it("is the same every time, also after a restart", () => {
    fc.assert(
      fc.property(citizenId, (id) => {
        expect(sectorPseudonyms(master, governmentSector).seal(id)).toBe(government.seal(id));
      }),
    );
  });

  it("is another in every sector, and foreign to all but its own", () => {
    fc.assert(
      fc.property(citizenId, (id) => {
        expect(water.seal(id)).not.toBe(government.seal(id));
        expect(government.open(water.seal(id))).toBeNull();
      }),
    );
  });

  it("is refused when any character of it is changed", () => {
    fc.assert(
      fc.property(citizenId, fc.nat(46), fc.constantFrom(..."ABCxyz019-_"), (id, at, character) => {
        const pseudonym = government.seal(id);
        const altered = pseudonym.slice(0, at) + character + pseudonym.slice(at + 1);
        fc.pre(altered !== pseudonym);
        expect(government.open(altered)).toBeNull();
      }),
    );
  });

  it("is refused when it is no pseudonym at all", () => {
    fc.assert(fc.property(fc.string(), (text) => government.open(text) === null));
    expect(() => government.seal("000000189912310012")).toThrow("not a raw citizen ID");
  });

  it("needs a whole key", () => {
    expect(() => sectorPseudonyms(randomBytes(16), "water")).toThrow("32 bytes, not 16");
  });
});
