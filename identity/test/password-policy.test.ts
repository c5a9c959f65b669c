import { dictionary } from "@zxcvbn-ts/language-common";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { passwordFault } from "../credentials/password-policy.ts";

const her = ["阿依古丽·买买提", "Aygul Memet", "000000198912310022", "19900000001"];
const alone = { hasSecondFactor: false, personal: her };
const second = { hasSecondFactor: true, personal: her };

describe("the password policy (NIST SP 800-63B-4, 3.1.1.2)", () => {
  it("asks for 15 characters of a password that stands alone, and for 8 beside a second factor", () => {
    expect(passwordFault("xkqvwzjpfhgmnb", alone)).toBe("short");
    expect(passwordFault("xkqvwzjpfhgmnbd", alone)).toBeNull();
    expect(passwordFault("xkqvwzj", second)).toBe("short");
    expect(passwordFault("xkqvwzjp", second)).toBeNull();
    expect(passwordFault("", second)).toBe("missing");
    expect(passwordFault("xk7".repeat(86), second)).toBe("long");
  });

  it("counts characters as people do, in any script", () => {
    expect(passwordFault("今天的风很大我在河边散步走", alone)).toBe("short");
    expect(passwordFault("今天的风很大我在河边散步走了很久", alone)).toBeNull();
    expect(passwordFault("𠮷野家𠮷野家木头", second)).toBeNull();
  });

  it("asks for no kind of character", () => {
    const letters = fc.stringMatching(/^[a-z]{20,40}$/);
    const isJudgedByList = (password: string) => {
      const fault = passwordFault(password, alone);
      return fault === null || fault === "common" || fault === "repeated";
    };
    fc.assert(fc.property(letters, isJudgedByList));
  });

  it("refuses what stands on the list, in whatever case, and with digits and signs around it", () => {
    const long = dictionary["passwords-common"].filter((word) => word.length >= 8);
    expect(long.length).toBeGreaterThan(1_000);
    for (const word of long.slice(0, 2_000)) expect(passwordFault(word.toUpperCase(), second), word).not.toBeNull();
    expect(passwordFault("!!password2026", second)).toBe("common");
  });

  it("refuses repetitions, and what is made of her own data or the city's name", () => {
    expect(passwordFault("abababababababab", alone)).toBe("repeated");
    expect(passwordFault("zzzzzzzzzzzzzzzz", alone)).toBe("repeated");
    for (const password of [
      "19900000001-19900000001",
      "aygul memet 1989",
      "HUIMIN 19900000001",
      "阿依古丽 阿依古丽 1989 123",
    ]) {
      expect(passwordFault(password, alone), password).toBe("personal");
    }
    expect(passwordFault("aygul walks along the river at night", alone)).toBeNull();
  });
});
