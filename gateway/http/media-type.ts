/** Which representation the client wants (RFC 9110, 12.5.1; GraphQL over HTTP, "Media Types"). */
import Negotiator from "negotiator";

/** The media types of an answer, first the one for clients that do not care. */
const answerTypes = ["application/json; charset=utf-8", "application/graphql-response+json; charset=utf-8"] as const;

export type AnswerMediaType = (typeof answerTypes)[number];

/** The type of answers to requests that could not even be read. */
export const defaultMediaType: AnswerMediaType = answerTypes[0];

/** The type in which to answer, or undefined when the client accepts none. */
export function answerMediaType(accept: string | undefined): AnswerMediaType | undefined {
  const [best] = negotiator(accept).mediaTypes([...answerTypes]);
  return answerTypes.find((type) => type === best);
}

/** True when a browser asks for a page rather than for data. */
export function prefersPage(accept: string | undefined): boolean {
  return negotiator(accept).mediaType([...answerTypes, "text/html"]) === "text/html";
}

function negotiator(accept: string | undefined): Negotiator {
  return new Negotiator({ headers: accept === undefined ? {} : { accept } });
}
