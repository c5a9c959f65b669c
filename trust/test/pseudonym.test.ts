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

  it("is today what it was when the first records were written", () => {
    const known = sectorPseudonyms(Buffer.alloc(32, 7), governmentSector);
    const pseudonym = known.seal("5f0c2c0e-6f6e-4b0e-9a0e-0d3f8c9f1a01");
    expect(pseudonym).toBe("hm1_YO40_LGyFV7O-fEcXJz__XTHqTQilfa1ON9WueOIGS4");
  });

  it("is another in every sector, and foreign to all but its own", () => {
    fc.assert(
      fc.property(citizenId, (id) => {
        expect(water.seal(id)).not.toBe(government.seal(id));
        expect(government.open(water.seal(id))).toBeNull();
      }),
    );
  });

  it("is of one form everywhere: nothing but the key's version can be read in it", () => {
    fc.assert(
      fc.property(citizenId, citizenId, (one, another) => {
        const [prefixes, lengths] = [new Set(), new Set()];
        for (const pseudonym of [one, another].flatMap((id) => [government.seal(id), water.seal(id)])) {
          prefixes.add(pseudonym.slice(0, 4));
          lengths.add(pseudonym.length);
        }
        expect([...prefixes, ...lengths]).toEqual(["hm1_", 47]);
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

  it("needs a whole key and a sector", () => {
    expect(() => sectorPseudonyms(randomBytes(16), "water")).toThrow("32 bytes, not 16");
    expect(() => sectorPseudonyms(master, "Water works")).toThrow("not the name of a sector");
  });
});

describe("a version of a sector's key", () => {
  const version = fc.integer({ min: 1, max: 9_999 });
  const only = (issued: number) => sectorPseudonyms(master, "water", { issued, accepted: [issued] });

  it("stands in the pseudonym, and opens no pseudonym of another version", () => {
    fc.assert(
      fc.property(citizenId, version, version, (id, one, another) => {
        fc.pre(one !== another);
        const pseudonym = only(one).seal(id);
        expect(pseudonym).toMatch(pseudonymPattern);
        expect(pseudonym.startsWith(`hm${one}_`)).toBe(true);
        expect(only(one).open(pseudonym)).toBe(id);
        expect(only(another).open(pseudonym)).toBeNull();
        expect(only(another).open(pseudonym.replace(`hm${one}_`, `hm${another}_`))).toBeNull();
      }),
    );
  });

  it("is accepted beside the issued one while the key changes", () => {
    fc.assert(
      fc.property(citizenId, (id) => {
        const begun = sectorPseudonyms(master, "water", { issued: 1, accepted: [1, 2] });
        const switched = sectorPseudonyms(master, "water", { issued: 2, accepted: [1, 2] });
        expect(begun.seal(id)).toBe(only(1).seal(id));
        expect(switched.seal(id)).toBe(only(2).seal(id));
        for (const form of [only(1).seal(id), only(2).seal(id)]) {
          expect([begun.open(form), switched.open(form)]).toEqual([id, id]);
        }
      }),
    );
  });

  it.each([0, -1, 1.5, 10_000, Number.NaN])("is a whole number of four digits at most, not %s", (issued) => {
    expect(() => sectorPseudonyms(master, "water", { issued, accepted: [] })).toThrow("whole number from 1 to 9999");
  });
});
