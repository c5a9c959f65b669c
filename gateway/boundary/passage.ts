/** What becomes of IDs, cursors, citizens and shared keys between one caller and one subgraph. */
import { pseudonymPattern } from "../../trust/pseudonym.ts";
import { rawSharedKey, type SharedKeys } from "../../trust/shared-key.ts";
import type { SignedIn } from "../admission/admit.ts";
import type { Kinds } from "./sealed-places.ts";
import type { Place } from "./sealed-types.ts";
import type { Seal } from "./seals.ts";

/** The way of values to a subgraph and back. */
export interface Passage {
  /** The kinds of values that change on it, or are looked at: the same object for the same kinds. */
  readonly kinds: Kinds;
  /** What of the subgraph's goes further, in the form that is used inside; undefined when it must not. */
  seal(text: string, place: Place): string | undefined;
  /** What is given to the subgraph; undefined when it must not be. */
  open(text: string, place: Place): string | undefined;
}

/** Between whom. */
export interface Ends {
  readonly subgraph: string;
  readonly sector: string;
  /** Whether the subgraph is a department's. */
  readonly isDepartment: boolean;
  /** Whether the caller's client is of another sector. */
  readonly isAbroad: boolean;
  readonly signedIn: SignedIn;
}

/** What values are sealed with. */
export interface Seals {
  readonly cursors: Seal;
  readonly ids: Seal;
  /** In the form that is used inside. */
  readonly keys: () => SharedKeys;
}

const kindsOf = (isDepartment: boolean, isAbroad: boolean): Kinds =>
  new Set([
    "key",
    ...(isAbroad ? (["cursor", "id"] as const) : []),
    // Borders translate names that are well-formed; what only poses as one would pass them. Departments look for themselves.
    ...(isDepartment && !isAbroad ? [] : (["person"] as const)),
  ]);
const kinds = {
  department: { abroad: kindsOf(true, true), within: kindsOf(true, false) },
  company: { abroad: kindsOf(false, true), within: kindsOf(false, false) },
};

/** The passage between them. */
export function passageBetween({ subgraph, sector, isDepartment, isAbroad, signedIn }: Ends, seals: Seals): Passage {
  const { cursors, ids, keys } = seals;
  // List and detail are different fields, so that an ID is bound to the organisation, and a cursor to its list.
  const boundTo = (place: string) => JSON.stringify([place, ...callerOf(signedIn)]);
  const cursorOf = (field: string) => boundTo(JSON.stringify([subgraph, field]));
  const idOf = boundTo(sector);
  const openKey = (text: string, scalar: string) => {
    const [raw, kind] = [keys().open(text), rawSharedKey(scalar, "")];
    return raw?.startsWith(kind) ? raw.slice(kind.length) : undefined;
  };
  /** A company's border turns keys into its form and back: of the right kind they must be here. */
  const passKey = (text: string, scalar: string) => (openKey(text, scalar) === undefined ? undefined : text);
  const passPerson = (text: string) => (pseudonymPattern.test(text) ? text : undefined);
  return {
    kinds: kinds[isDepartment ? "department" : "company"][isAbroad ? "abroad" : "within"],
    seal(text, place) {
      switch (place.kind) {
        case "cursor":
          return cursors.seal(text, cursorOf(place.fields[0] ?? ""));
        case "id":
          return ids.seal(text, idOf);
        case "person":
          return passPerson(text);
        case "key":
          return isDepartment ? keys().seal(rawSharedKey(place.scalar, text)) : passKey(text, place.scalar);
      }
    },
    open(text, place) {
      switch (place.kind) {
        case "cursor":
          return place.fields.map((field) => cursors.open(text, cursorOf(field))).find((each) => each !== undefined);
        case "id":
          return ids.open(text, idOf);
        case "person":
          return passPerson(text);
        case "key":
          return isDepartment ? openKey(text, place.scalar) : passKey(text, place.scalar);
      }
    },
  };
}

/** For whom something is sealed. */
function callerOf({ caller, sector }: SignedIn): readonly unknown[] {
  const { subject, actor = null, clientId } = caller;
  return [subject, actor, clientId, sector ?? null];
}
