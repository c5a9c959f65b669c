import { generateKeyPairSync, sign, verify } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { signEs256, verifyEs256 } from "../ecdsa.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const dsaEncoding = "ieee-p1363";
const signatureOf = (text: Buffer) => sign("sha256", text, { key: privateKey, dsaEncoding });
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((each) => Buffer.from(each));

it("knows the signatures of the key, and no text's for another's", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (one, other) => {
      const [text, another] = [Buffer.from(one), Buffer.from(other)];
      expect(verifyEs256(text, signatureOf(text), publicKey)).toBe(true);
      expect(verifyEs256(another, signatureOf(text), publicKey)).toBe(text.equals(another));
    }),
  );
});

it("makes signatures that Node knows, however their numbers begin", () => {
  const text = Buffer.from("text");
  for (let count = 0; count < 2_000; count++) {
    const signature = signEs256(text, privateKey);
    expect(signature).toHaveLength(64);
    expect(verify("sha256", text, { key: publicKey, dsaEncoding }, signature)).toBe(true);
  }
});

it("finds the signatures whose numbers begin with zeros", () => {
  const text = Buffer.from("text");
  const short = Array.from({ length: 2_000 }, () => signatureOf(text)).filter(
    (each) => each[0] === 0 || each[32] === 0,
  );
  expect(short.length).toBeGreaterThan(0);
  expect(short.every((each) => verifyEs256(text, each, publicKey))).toBe(true);
});

it("judges any bytes as Node does", () => {
  const zeros = bytes(64).chain((all) => fc.nat(64).map((count) => Buffer.from(all).fill(0, 0, count)));
  const numbers = fc.oneof(bytes(64), zeros, fc.constant(Buffer.alloc(64)), fc.nat(80).chain(bytes));
  fc.assert(
    fc.property(numbers, (signature) => {
      const text = Buffer.from("text");
      const expected = verify("sha256", text, { key: publicKey, dsaEncoding }, signature);
      expect(verifyEs256(text, signature, publicKey)).toBe(expected);
    }),
  );
});
