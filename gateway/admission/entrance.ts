/** The first station of a request: who it is, and whether she has sent too many. */
import { HuiminError } from "../../trust/errors.ts";
import type { HttpRequest } from "../http/request.ts";
import type { Admission, Admit, Presented } from "./admit.ts";
import type { RateLimiter } from "./rate-limit.ts";

/** What the entrance says of a request. */
export interface Entry {
  /** For whom the request is carried out. Throws the HuiminError with which it is refused. */
  admission(): Admission;
  /** To be sent with the answer, whatever it is. */
  readonly headers: Readonly<Record<string, string>>;
}

export type Enter = (request: Presented & Pick<HttpRequest, "address">) => Promise<Entry>;

const noHeaders = Object.freeze({});

/** Puts rate limits, if there are any, behind admission. Refused tokens count too: each one costs a verification. */
export function createEntrance(admit: Admit, limitRate?: RateLimiter): Enter {
  return async (request) => {
    const admission = await outcome(admit(request));
    const rate = await limitRate?.(admission.value?.admitted, request.address);
    if (rate?.allowed === false)
      return { admission: () => refuse(new HuiminError("RATE_LIMITED")), headers: rate.headers };
    return { admission: () => admission.value ?? refuse(admission.error), headers: rate?.headers ?? noHeaders };
  };
}

interface Outcome {
  readonly value?: Admission;
  readonly error?: unknown;
}

async function outcome(admission: Promise<Admission>): Promise<Outcome> {
  try {
    return { value: await admission };
  } catch (error) {
    return { error };
  }
}

function refuse(error: unknown): never {
  throw error;
}
