/** Which representation the client wants (RFC 9110, 12.5.1; GraphQL over HTTP, "Media Types"). */
import { LRUCache } from "lru-cache";
import Negotiator from "negotiator";
import { multipartMediaType } from "./multipart.ts";
import { eventStreamMediaType } from "./sse.ts";

/** The media types of an answer, first the one for clients that do not care. */
const answerTypes = ["application/json; charset=utf-8", "application/graphql-response+json; charset=utf-8"] as const;

export type AnswerMediaType = (typeof answerTypes)[number];

/** How a request may be answered. */
export interface AcceptedAnswers {
  /** The type of an answer in one piece; undefined when the client accepts none. */
  readonly whole: AnswerMediaType | undefined;
  /** Whether an answer with `@defer` may come in parts. */
  readonly parts: boolean;
  /** Whether answers may come as server-sent events, and whether the client wants nothing else as much. */
  readonly events: "refused" | "accepted" | "preferred";
}

/** The type of answers to requests that could not even be read. */
export const defaultMediaType: AnswerMediaType = answerTypes[0];

/** Headers that have been read: clients send few different ones. */
const read = new LRUCache<string, AcceptedAnswers>({ max: 500 });

/** Longest header that is remembered, in characters. */
const maxRemembered = 500;

/**
 * Reads an Accept header. Parts are sent to those alone who name their type, because whoever accepts
 * everything rarely reads them; such a client, and one that names them alone for an answer that has no parts,
 * gets the whole in one. The draft on incremental delivery leaves a server free not to defer.
 */
export function acceptedAnswers(accept: string | undefined): AcceptedAnswers {
  const header = accept ?? "*/*";
  const known = read.get(header);
  if (known) return known;
  const accepted = readAccept(header);
  if (header.length <= maxRemembered) read.set(header, accepted);
  return accepted;
}

function readAccept(accept: string): AcceptedAnswers {
  const types: readonly string[] = negotiator(accept).mediaTypes([...answerTypes, eventStreamMediaType]);
  const parts = /\bmultipart\/mixed\b/i.test(accept) && accepts(accept, multipartMediaType);
  const whole = answerTypes.find((type) => type === types.find((wanted) => wanted !== eventStreamMediaType));
  return { whole: whole ?? (parts ? defaultMediaType : undefined), parts, events: eventsIn(types) };
}

function eventsIn(types: readonly string[]): AcceptedAnswers["events"] {
  if (types[0] === eventStreamMediaType) return "preferred";
  return types.includes(eventStreamMediaType) ? "accepted" : "refused";
}

function accepts(accept: string | undefined, type: string): boolean {
  return negotiator(accept).mediaType([type]) !== undefined;
}

/** True for a body of JSON in UTF-8, which is what JSON is in unless it says otherwise (RFC 8259, 8.1). */
export function isJson(contentType: string | undefined): boolean {
  if (contentType === "application/json") return true;
  return /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType ?? "");
}

/** True when a browser asks for a page rather than for data. */
export function prefersPage(accept: string | undefined): boolean {
  return negotiator(accept).mediaType([...answerTypes, "text/html"]) === "text/html";
}

function negotiator(accept: string | undefined): Negotiator {
  return new Negotiator({ headers: accept === undefined ? {} : { accept } });
}
