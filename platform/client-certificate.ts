/**
 * The certificate of a client behind a proxy that ends TLS (RFC 9440). Believe it from a proxy only that asks for
 * certificates and removes the header from what clients send themselves.
 */
import { createHash, X509Certificate } from "node:crypto";
import { z } from "zod";

/** Reads the name of a header. */
export const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,60}$/, "must be the name of a header")
  .transform((name) => name.toLowerCase());

/** More than any certificate of a client has, in characters of the header. */
const longestField = 16_384;

/** The certificate in a header's value, which is `:base64:` of its DER; undefined when there is none that can be read. */
export function clientCertificate(value: string | readonly string[] | undefined): X509Certificate | undefined {
  const encoded =
    typeof value === "string" && value.length <= longestField ? /^:([A-Za-z0-9+/]+=*):$/.exec(value) : null;
  if (!encoded?.[1]) return undefined;
  try {
    return new X509Certificate(Buffer.from(encoded[1], "base64"));
  } catch {
    return undefined;
  }
}

/** SHA-256 thumbprint of a certificate, as tokens name it (RFC 8705, 3.1). */
export function certificateThumbprint({ raw }: X509Certificate): string {
  return createHash("sha256").update(raw).digest("base64url");
}
