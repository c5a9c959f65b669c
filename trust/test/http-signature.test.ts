import { createPublicKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  type Component,
  componentList,
  contentDigest,
  ecdsaP256Verifier,
  ed25519Signer,
  ed25519Verifier,
  hmacSha256,
  signatureBase,
} from "../http-signature.ts";

const bytes = (text: string, encoding: "base64" | "base64url" = "base64url") => Buffer.from(text, encoding);

describe("the examples of RFC 9421", () => {
  it("B.2.4: a response under ecdsa-p256-sha256", () => {
    const components: Component[] = [
      ['"@status"', "200"],
      ['"content-type"', "application/json"],
      [
        '"content-digest"',
        "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:",
      ],
      ['"content-length"', "23"],
    ];
    const base = signatureBase(components, `${componentList(components)};created=1618884473;keyid="test-key-ecc-p256"`);
    const jwk = {
      kty: "EC",
      crv: "P-256",
      x: "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",
      y: "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0",
    };
    const key = ecdsaP256Verifier("test-key-ecc-p256", createPublicKey({ key: jwk, format: "jwk" }));
    const signature = bytes(
      "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==",
      "base64",
    );
    expect(key.verify(base, signature)).toBe(true);
    expect(key.verify(base.replace("200", "201"), signature)).toBe(false);
  });

  it("B.2.5: a request under hmac-sha256", () => {
    const secret = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
    const key = hmacSha256("test-shared-secret", bytes(secret, "base64"));
    const components: Component[] = [
      ['"date"', "Tue, 20 Apr 2021 02:07:55 GMT"],
      ['"@authority"', "example.com"],
      ['"content-type"', "application/json"],
    ];
    const base = signatureBase(
      components,
      `${componentList(components)};created=1618884473;keyid="test-shared-secret"`,
    );
    const signature = key.sign(base);
    expect(signature.toString("base64")).toBe("pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=");
    expect(key.verify(base, signature)).toBe(true);
    expect(key.verify(`${base} `, signature)).toBe(false);
    expect(key.verify(base, signature.subarray(1))).toBe(false);
  });

  it("B.2.6: a request under ed25519", () => {
    const components: Component[] = [
      ['"date"', "Tue, 20 Apr 2021 02:07:55 GMT"],
      ['"@method"', "POST"],
      ['"@path"', "/foo"],
      ['"@authority"', "example.com"],
      ['"content-type"', "application/json"],
      ['"content-length"', "18"],
    ];
    const base = signatureBase(components, `${componentList(components)};created=1618884473;keyid="test-key-ed25519"`);
    const signature = ed25519Signer("test-key-ed25519", bytes("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU")).sign(
      base,
    );
    expect(signature.toString("base64")).toBe(
      "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
    );
    const key = ed25519Verifier("test-key-ed25519", bytes("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"));
    expect(key.verify(base, signature)).toBe(true);
    expect(key.verify(base.replace("/foo", "/bar"), signature)).toBe(false);
  });
});

it("the example of RFC 9530, B.1: a digest of content", () => {
  expect(contentDigest('{"hello": "world"}\n')).toBe("sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
});
