/** Signatures by ECDSA with P-256 and SHA-256, in the form of JOSE (RFC 7518, 3.4) and RFC 9421 (3.3.4). */
import { type KeyObject, sign, verify } from "node:crypto";

/** Bytes of each of the two numbers. */
const size = 32;

// OpenSSL reads and writes DER. That Node itself turns the one form into the other (`ieee-p1363`) makes a signature twice
// as slow, and its check half as slow again.

/** A signature of the text: r and s of 32 bytes each. */
export function signEs256(text: Buffer, privateKey: KeyObject): Buffer {
  return fromDer(sign("sha256", text, privateKey));
}

/** Whether a signature, r and s of 32 bytes each, is one of the key. */
export function verifyEs256(signed: Buffer, signature: Buffer, key: KeyObject): boolean {
  return signature.length === 2 * size && verify("sha256", signed, key, inDer(signature));
}

/** `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279, 2.2.3). */
function inDer(signature: Buffer): Buffer {
  const [r, s] = [integer(signature.subarray(0, size)), integer(signature.subarray(size))];
  return Buffer.concat([Buffer.of(0x30, r.length + s.length), r, s]);
}

/** The two numbers of what OpenSSL has written: lengths of one byte throughout, since neither number exceeds 33. */
function fromDer(der: Buffer): Buffer {
  const signature = Buffer.alloc(2 * size);
  let start = 2;
  for (const end of [size, 2 * size]) {
    const length = der[start + 1] ?? 0;
    const digits = der.subarray(start + 2, start + 2 + length).subarray(-size);
    signature.set(digits, end - digits.length);
    start += 2 + length;
  }
  return signature;
}

/** Without leading zeros, but with one where the number would else be negative. */
function integer(bytes: Buffer): Buffer {
  let start = 0;
  while (start < size - 1 && bytes[start] === 0) start++;
  const digits = bytes.subarray(start);
  const isNegative = (digits[0] ?? 0) >= 0x80;
  return Buffer.concat([Buffer.from(isNegative ? [0x02, digits.length + 1, 0] : [0x02, digits.length]), digits]);
}
