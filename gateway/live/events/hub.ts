/** Announced events on their way to the subscriptions of this process. */
import { isDeepStrictEqual } from "node:util";
import { type DocumentNode, executeSync, parse } from "graphql";
import { readScope } from "../../../trust/caller.ts";
import { HuiminError } from "../../../trust/errors.ts";
import type { RequestLog } from "../../admission/admit.ts";
import { requestBody } from "../../boundary/boundary.ts";
import type { OpenedRequest, OpenSealed } from "../../boundary/sealed-values.ts";
import type { Session } from "../session.ts";
import type { FindSource, LiveOperation, Sink } from "../source.ts";
import type { Announcement } from "./announcement.ts";

export interface EventHub {
  /** Finds what `owner` announces. */
  sourceOf(owner: string): FindSource;
  /** Hands an event of `owner` to all whom it concerns. */
  deliver(owner: string, event: Announcement): void;
}

/** A subscription that waits for events. */
interface Listener {
  readonly owner: string;
  readonly operation: LiveOperation;
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly session: Session;
  readonly opened: OpenedRequest | undefined;
  readonly sink: Sink;
}

/** Makes a hub without listeners. What it tells those of other sectors goes as answers of the announcing subgraph would. */
export function createEventHub(openSealed: OpenSealed, log: RequestLog): EventHub {
  const byCitizen = new Map<string, Set<Listener>>();
  return {
    sourceOf: (owner) => (operation, session) => {
      const subject = requireReader(session, owner);
      const asked = operation.source.request(operation.variables);
      const { supergraphSchema } = operation.supergraph;
      const opened = openSealed(supergraphSchema, owner, asked, { ...session.admission, log });
      const request = opened?.request ?? asked;
      const document = parse(request.query, { noLocation: true });
      const { variables } = JSON.parse(requestBody(request)) as Pick<Listener, "variables">;
      return {
        key: undefined,
        listen(sink) {
          const listener = { owner, operation, document, variables, session, opened, sink };
          const listeners = byCitizen.get(subject) ?? new Set();
          byCitizen.set(subject, listeners.add(listener));
          return () => {
            listeners.delete(listener);
            if (listeners.size === 0 && byCitizen.get(subject) === listeners) byCitizen.delete(subject);
          };
        },
      };
    },
    deliver(owner, event) {
      for (const citizen of new Set(event.citizens)) {
        for (const listener of byCitizen.get(citizen) ?? []) {
          if (listener.owner === owner && mayRead(listener.session, owner)) tell(listener, event);
        }
      }
    },
  };
}

/** Whose events they are. Even that something happened is data: nobody hears of it without the scope. */
function requireReader(session: Session, owner: string): string {
  const { admitted } = session.admission;
  if (admitted.kind !== "signed in") throw new HuiminError("UNAUTHENTICATED");
  if (!mayRead(session, owner)) throw new HuiminError("FORBIDDEN");
  return admitted.caller.subject;
}

function mayRead({ admission: { admitted } }: Session, owner: string): boolean {
  return admitted.kind === "signed in" && admitted.caller.scopes.has(readScope(owner));
}

/**
 * Answers the subscription's own question to the subgraph on paper with the event: graphql-js reads the
 * arguments, and gives the key under the names that are asked for.
 */
function tell({ operation, document, variables, opened, sink }: Listener, event: Announcement): void {
  let concerned = false;
  const entity = (filters: Readonly<Record<string, unknown>>) => {
    concerned = matches(event, filters);
    return concerned ? event.entity : null;
  };
  const { data } = executeSync({
    schema: operation.supergraph.supergraphSchema,
    document,
    rootValue: { [event.field]: entity },
    variableValues: variables,
  });
  if (!concerned) return;
  const answer = { data: data ?? null, errors: [] };
  sink.event(opened?.seal(answer) ?? answer);
}

/** An argument without a value filters nothing; a list means any of its values. */
function matches({ arguments: values }: Announcement, filters: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(filters).every(([name, wanted]) => {
    if (wanted === null || wanted === undefined) return true;
    const accepted: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
    return accepted.some((value) => isDeepStrictEqual(value, values[name]));
  });
}
