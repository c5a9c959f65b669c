/** What comes of a request, before a transport gives it its form. */
import type { AssuranceChallenge } from "../../trust/assurance.ts";
import type { RequestLog } from "../admission/admit.ts";
import type { WrittenAnswer } from "../answer.ts";
import type { WrittenRequest } from "../http/request.ts";
import type { TextStream } from "../http/stream.ts";
import type { Session } from "./session.ts";

export type Outcome = Delivery & {
  /** With what the caller may read the fields that she was refused. */
  readonly challenge?: AssuranceChallenge | undefined;
};

type Delivery =
  | { readonly kind: "whole"; readonly answer: WrittenAnswer }
  /** One answer in parts (`@defer`). */
  | { readonly kind: "parts"; readonly texts: TextStream }
  /** One answer after another (subscriptions). */
  | { readonly kind: "live"; readonly texts: TextStream };

/** What a transport can carry besides a whole answer. */
export interface Carries {
  readonly parts: boolean;
  readonly live: boolean;
}

/** Carries out a request for whoever the session is. Throws the refusals of all stations. */
export type CarryOut = (
  request: WrittenRequest,
  session: Session,
  carries: Carries,
  log: RequestLog,
) => Promise<Outcome>;
