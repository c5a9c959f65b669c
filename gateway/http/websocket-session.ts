/** Who is on a socket, from the first token to the last fresh one. */
import type { IncomingHttpHeaders } from "node:http";
import { type ErrorCode, HuiminError } from "../../trust/errors.ts";
import { purposeHeader } from "../../trust/purposes.ts";
import type { Admission } from "../admission/admit.ts";
import type { Enter } from "../admission/entrance.ts";
import type { Revocations } from "../admission/revocations.ts";
import { endOf, type Session } from "../live/session.ts";
import type { HttpRequest } from "./request.ts";

/** The handshake of a socket. */
export type Handshake = Pick<HttpRequest, "method" | "url" | "headers" | "address">;

export class SocketSession implements Session {
  readonly #enter: Enter;
  readonly #handshake: Handshake;
  readonly #listeners = new Set<() => void>();
  #headers: IncomingHttpHeaders;
  #admission: Admission | undefined;

  constructor(enter: Enter, handshake: Handshake) {
    this.#enter = enter;
    this.#handshake = handshake;
    this.#headers = handshake.headers;
  }

  get admission(): Admission {
    if (!this.#admission) throw new HuiminError("UNAUTHENTICATED");
    return this.#admission;
  }

  /** Whether nobody has shown a token yet, or the last one has been over for so long. */
  isOver(graceMs: number): boolean {
    return this.#admission !== undefined && endOf(this.#admission) + graceMs < Date.now();
  }

  /** Why she is refused by now; nothing when she is not, or has not been admitted yet. */
  refusedBy({ refusalOf }: Pick<Revocations, "refusalOf">): ErrorCode | undefined {
    return this.#admission && refusalOf(this.#admission);
  }

  onRenewal(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Takes the token of the first message, or that of the handshake; and the purpose, which is that of all operations here.
   *
   * @throws HuiminError why she is not admitted
   */
  async open(payload: unknown): Promise<void> {
    const headers = withStated(this.#handshake.headers, payload);
    const admission = (await this.#enter({ ...this.#handshake, headers })).admission();
    if (admission.admitted.kind === "anonymous") throw new HuiminError("UNAUTHENTICATED");
    this.#headers = headers;
    this.#admission = admission;
  }

  /**
   * Admits one operation as if it were a request of its own: it counts against her rate. That she holds the key of
   * her token was proved when the socket took it.
   *
   * @throws HuiminError why she is not admitted
   */
  async admitOperation(): Promise<void> {
    (await this.#enter({ ...this.#handshake, headers: this.#headers, proven: true })).admission();
  }

  /**
   * Takes a fresh token in the place of the one before, if the payload holds one. The purpose stays: it is not looked for.
   *
   * @returns until when it is good, in seconds since the epoch; undefined when there is no token in it
   * @throws HuiminError why it is not taken; the one before stays
   */
  async renew(payload: unknown): Promise<number | undefined> {
    const fresh = tokenIn(payload);
    if (!fresh) return undefined;
    const headers = { ...this.#headers, ...fresh };
    const { admitted: before } = this.admission;
    const admission = (await this.#enter({ ...this.#handshake, headers })).admission();
    const { admitted } = admission;
    if (admitted.kind !== "signed in" || before.kind !== "signed in") throw new HuiminError("FORBIDDEN");
    const { subject, clientId, expiresAt, actor = null } = admitted.caller;
    const { caller: known } = before;
    if (subject !== known.subject || clientId !== known.clientId || actor !== (known.actor ?? null)) {
      throw new HuiminError("FORBIDDEN", { message: "A fresh token must be of the same citizen and client." });
    }
    this.#headers = headers;
    this.#admission = admission;
    for (const listener of this.#listeners) listener();
    return expiresAt;
  }
}

/** The names are those of the headers, in the ways in which clients write them. */
const writtenAs = {
  authorization: ["authorization", "Authorization"],
  dpop: ["dpop", "DPoP", "Dpop"],
  purpose: [purposeHeader, "Huimin-Purpose"],
} as const;

/** The headers with what the payload of the first message holds in their place. */
function withStated(headers: IncomingHttpHeaders, payload: unknown): IncomingHttpHeaders {
  const purpose = textIn(payload, writtenAs.purpose);
  return { ...headers, ...tokenIn(payload), ...(purpose !== undefined && { [purposeHeader]: purpose }) };
}

/** The token of a payload with the proof of its key; undefined when there is none in it. */
function tokenIn(payload: unknown): Pick<IncomingHttpHeaders, "authorization" | "dpop"> | undefined {
  const authorization = textIn(payload, writtenAs.authorization);
  return authorization === undefined ? undefined : { authorization, dpop: textIn(payload, writtenAs.dpop) };
}

function textIn(payload: unknown, names: readonly string[]): string | undefined {
  if (typeof payload !== "object" || payload === null) return undefined;
  const values = names.map((name): unknown => Reflect.get(payload, name));
  return values.find((value): value is string => typeof value === "string");
}
