/** Who acts in whose place (`act`, RFC 8693, 4.1): the latest actor outermost, each before it one step inside. */
import { pseudonymPattern } from "../../trust/pseudonym.ts";

/** Most actors that a token names, the person who acts for another among them. */
export const mostActors = 3;

export interface ActorClaim {
  readonly sub: string;
  /** Of a client: its ID once more (RFC 8693, 4.3), which tells it from a person. */
  readonly client_id?: string;
  readonly act?: ActorClaim;
}

/** The subjects of a chain, the latest first; null when it is malformed or longer than any that is given out. */
export function actorsOf(act: unknown): string[] | null {
  const actors: string[] = [];
  for (let link = act; link !== undefined; link = Reflect.get(link, "act")) {
    if (typeof link !== "object" || link === null || actors.length === mostActors) return null;
    const sub: unknown = Reflect.get(link, "sub");
    if (typeof sub !== "string" || sub === "") return null;
    actors.push(sub);
  }
  return actors;
}

/** The claim that names these actors, the latest first; undefined when there is none. */
export function actorClaim(actors: readonly string[]): ActorClaim | undefined {
  return actors.reduceRight<ActorClaim | undefined>(
    (act, sub) => ({ sub, ...(!pseudonymPattern.test(sub) && { client_id: sub }), ...(act && { act }) }),
    undefined,
  );
}
