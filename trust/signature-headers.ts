/** The headers in which a call or an answer bears its signature, written and read. */
import type { IncomingHttpHeaders } from "node:http";
import { HuiminError } from "./errors.ts";
import {
  type Component,
  componentList,
  type MessageSigner,
  type MessageVerifier,
  signatureBase,
} from "./http-signature.ts";

/** The signature's name in its headers. */
export const label = "huimin";

/** The headers of a signature, by the names in which Node gives them. */
export interface SignatureHeaders {
  readonly "content-digest": string;
  readonly "signature-input": string;
  readonly signature: string;
}

/** The signature among the headers of a message; empty texts for what is not there. */
export function signatureHeaders(headers: IncomingHttpHeaders): SignatureHeaders {
  const one = (name: keyof SignatureHeaders) => {
    const value = headers[name];
    return typeof value === "string" ? value : "";
  };
  return {
    "content-digest": one("content-digest"),
    "signature-input": one("signature-input"),
    signature: one("signature"),
  };
}

/** A signature that has been made, or checked. */
export interface CallSignature {
  /** The signature, as its header has it; what binds the answer to the call. */
  readonly signature: string;
  readonly nonce: string;
  /** When it ends, in seconds since the epoch. */
  readonly expires: number;
  /** The `Content-Digest` that it covers. */
  readonly digest: string;
}

/** What says when a signature counts, and for which call. */
export interface Parameters {
  readonly created: number;
  readonly expires: number;
  readonly nonce: string;
}

/** The headers of a signature over these components. */
export function signed(
  components: readonly Component[],
  digest: string,
  key: MessageSigner,
  { created, expires, nonce }: Parameters,
): SignatureHeaders {
  const list = componentList(components);
  const parameters = `${list};created=${created};expires=${expires};nonce="${nonce}";keyid="${key.keyId}"`;
  const signature = key.sign(signatureBase(components, parameters)).toString("base64");
  return {
    "content-digest": digest,
    "signature-input": `${label}=${parameters}`,
    signature: `${label}=:${signature}:`,
  };
}

/** The signature in the value of its header. */
export function memberOf(signature: string): string {
  return signature.slice(label.length + 1);
}

const inputPattern = /^huimin=(?<parameters>(?<list>\([^()]*\));[\x20-\x7e]*)$/;
const signaturePattern = /^huimin=:[A-Za-z0-9+/]{16,200}={0,2}:$/;
const longestInput = 1_000;

/** A signature as its headers present it; nothing of it is checked yet but its form. */
interface Presented extends CallSignature, Parameters {
  readonly keyId: string;
  /** The member of `Signature-Input`. */
  readonly parameters: string;
}

/** @throws HuiminError `UNAUTHENTICATED` unless the headers hold one signature over just these components */
export function read(components: readonly Component[], headers: SignatureHeaders): Presented {
  const { "signature-input": input, signature, "content-digest": digest } = headers;
  if (input === "" || signature === "") throw refused("there is no signature");
  const { parameters = "", list } = (input.length <= longestInput && inputPattern.exec(input)?.groups) || {};
  if (list !== componentList(components) || !signaturePattern.test(signature)) {
    throw refused("the signature does not cover what it must");
  }
  return { ...readParameters(parameters.slice(list.length)), parameters, signature: memberOf(signature), digest };
}

/** @throws HuiminError `UNAUTHENTICATED` unless the signature is one of the key */
export function requireFit(
  components: readonly Component[],
  { parameters, signature }: Presented,
  key: MessageVerifier | undefined,
): void {
  if (!key) throw refused("the signature is of an unknown key");
  const isFit = key.verify(signatureBase(components, parameters), Buffer.from(signature.slice(1, -1), "base64"));
  if (!isFit) throw refused("the signature does not fit");
}

/** Parameters in any order, each once, and no other: all of them are covered whatever their order. */
function readParameters(text: string): Parameters & { readonly keyId: string } {
  const { created, expires, nonce, keyid, ...others } = Object.fromEntries(
    text
      .slice(1)
      .split(";")
      .map((each): [string, string] => [each.slice(0, each.indexOf("=")), each.slice(each.indexOf("=") + 1)]),
  );
  const [from, until] = [created, expires].map((time) => (time && /^\d{1,12}$/.test(time) ? Number(time) : undefined));
  const [once, keyId] = [nonce, keyid].map((value) => value && /^"([\w.:-]{1,100})"$/.exec(value)?.[1]);
  if (
    from === undefined ||
    until === undefined ||
    !once ||
    !keyId ||
    Object.keys(others).some((name) => name !== "alg")
  ) {
    throw refused("the signature lacks created, expires, nonce or keyid");
  }
  return { created: from, expires: until, nonce: once, keyId };
}

/** Whatever is wrong is for the log. */
export function refused(detail: string): HuiminError {
  return new HuiminError("UNAUTHENTICATED", { message: "This service answers the gateway only.", detail });
}
