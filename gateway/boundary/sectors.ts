/**
 * Citizens at the borders of the gateway. Inside, a citizen goes by the form of the departments; a client's token
 * names her in the form of the client's sector, and a company's subgraph hears of her in the company's own. The same
 * holds for whatever is said on the way, arguments and answers alike: else the departments' form would come to every
 * company, and two of them could join their tables by it.
 */
import type { TokenHolder } from "../../trust/access-token.ts";
import type { Caller } from "../../trust/caller.ts";
import { type ErrorCode, HuiminError } from "../../trust/errors.ts";
import { governmentSector, type RawCitizenId, type SectorVersions, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { type SharedKeys, sharedKeys } from "../../trust/shared-key.ts";
import {
  type ClientBorder,
  type Forms,
  openedBy,
  plainJson,
  type SectorForms,
  type SubgraphBorder,
  takeOver,
} from "./border.ts";
import { remembering } from "./remembered-forms.ts";
import { signInAbroad } from "./sector-sign-in.ts";

/** Citizens on their way in and out. */
export interface Sectors {
  /**
   * Who holds a token, by the forms that are used inside; a company in its own name stays what it is.
   *
   * @throws HuiminError `TOKEN_INVALID` when the token's sector is unknown here, or subject or actor are not of it
   */
  entering(holder: TokenHolder): TokenHolder;
  /**
   * A caller as `subgraph` knows her.
   *
   * @throws HuiminError `FORBIDDEN` when subject or actor are no citizens of the city's, and to who reads for a purpose
   */
  leaving(caller: Caller, subgraph: string): Caller;
  /** The border to a company's subgraph; undefined for a department's. */
  borderOfSubgraph(subgraph: string): SubgraphBorder | undefined;
  /** The border to the client of a token as it came, or undefined for the departments' clients. */
  borderOfClients(holder: TokenHolder): ClientBorder | undefined;
  /**
   * Keys that sectors share, in the form that is used inside.
   *
   * @throws HuiminError `FORBIDDEN` while the sectors are unknown
   */
  keysInside(): SharedKeys;
}

export interface SectorSettings {
  /** The master key of the pseudonyms; without it departments and their clients are served alone. */
  readonly key: Uint8Array | undefined;
  /** The sectors of the subgraphs that are no department's, by subgraph. */
  readonly subgraphs: ReadonlyMap<string, string>;
  /** The key versions of every registered sector; the same object until something changes. */
  readonly versions: () => ReadonlyMap<string, SectorVersions>;
}

/** Makes the border crossings of a gateway. */
export function createSectors({ key, subgraphs, versions }: SectorSettings): Sectors {
  const formsOf = key ? formsWith(key, versions) : () => undefined;
  const abroad = key && signInAbroad(key);
  /** The people of a caller in another sector's forms; undefined when one of them is unknown. */
  const translate = ({ subject, actor }: Caller, from: string, to: string) => {
    const [source, target] = [formsOf(from)?.people, formsOf(to)?.people];
    if (!source || !target) return undefined;
    const people = [subject, ...(actor === null || actor === undefined ? [] : [actor])].map((person) =>
      source.open(person),
    );
    const [inSector, actorInSector = null] = people.map((citizenId) => citizenId && target.seal(citizenId));
    if (!inSector || people.includes(null)) return undefined;
    return { subject: inSector, actor: actorInSector };
  };
  const forms: Forms = {
    of(sector) {
      const found = formsOf(sector);
      if (!found) throw new HuiminError("FORBIDDEN", { detail: `the sector ${sector} is unknown` });
      return found;
    },
    isKnown: (name) =>
      [...versions().keys()].some((sector) => {
        const found = formsOf(sector);
        return found !== undefined && openedBy(found, name) !== null;
      }),
  };
  const borders = new Map([...subgraphs].map(([subgraph, sector]) => [subgraph, subgraphBorder(sector, forms)]));
  return {
    keysInside: () => forms.of(governmentSector).keys,
    borderOfSubgraph: (subgraph) => borders.get(subgraph),
    borderOfClients: ({ sector, subject, actor, company }) =>
      sector === null || sector === governmentSector
        ? undefined
        : clientBorder(sector, company === null ? [subject, ...(actor ? [actor] : [])] : "anybody", forms),
    entering(holder) {
      const { sector, company } = holder;
      if (sector === governmentSector) return holder;
      if (company !== null && formsOf(company)) return Object.freeze({ ...holder, sector: governmentSector });
      const inside = sector === null ? undefined : translate(holder, sector, governmentSector);
      if (inside) return Object.freeze({ ...holder, ...inside, sector: governmentSector });
      throw new HuiminError("TOKEN_INVALID", { detail: `the token's people are not of a known sector (${sector})` });
    },
    leaving(caller, subgraph) {
      const sector = subgraphs.get(subgraph);
      if (sector === undefined) return caller;
      if (caller.purpose) {
        throw new HuiminError("FORBIDDEN", { detail: "for a purpose one reads at departments only" });
      }
      const outside = translate(caller, governmentSector, sector);
      if (outside && abroad) return { ...caller, ...outside, ...abroad(caller, sector) };
      throw new HuiminError("FORBIDDEN", { detail: `the caller is nobody whom ${subgraph} could know` });
    },
  };
}

function subgraphBorder(sector: string, forms: Forms): SubgraphBorder {
  const refuse = (code: ErrorCode) => (detail: string) => new HuiminError(code, { detail });
  const outward = { forms, from: governmentSector, to: sector, encodedOf: sector, refusal: refuse("FORBIDDEN") };
  const inward = { ...outward, from: sector, to: governmentSector, refusal: refuse("SUBGRAPH_UNAVAILABLE") };
  return {
    call(text, people, clientSector) {
      const asked = new Set(people.map((person) => forms.of(governmentSector).people.open(person)));
      const note = (citizenId: RawCitizenId) => {
        asked.add(citizenId);
        return true;
      };
      const crossed = takeOver(text, { ...outward, mayPass: note });
      const back =
        clientSector === sector ? inward : { ...inward, mayPass: (citizenId: RawCitizenId) => asked.has(citizenId) };
      return { text: crossed, answer: (answer) => takeOver(plainJson(answer), back) };
    },
    inward: (text) => takeOver(plainJson(text), inward),
  };
}

/**
 * To a company it is not said whether a form of elsewhere is somebody's: all that are not its holder's are refused alike.
 *
 * @param people who may be named: those of the token, or anybody whom a company asks about in its own name; then
 *   identity decides (`ledger/`)
 */
function clientBorder(sector: string, people: readonly string[] | "anybody", forms: Forms): ClientBorder {
  const refusal = (detail: string) => new HuiminError("FORBIDDEN", { detail });
  const outward = { forms, from: governmentSector, to: sector, encodedOf: sector, refusal };
  const own = people === "anybody" ? people : new Set(people.map((person) => forms.of(sector).people.open(person)));
  const mayPass = (citizenId: RawCitizenId) => own === "anybody" || own.has(citizenId);
  const inward = { ...outward, from: sector, to: governmentSector, mayPass };
  return { outward: (text) => takeOver(text, outward), inward: (text) => takeOver(text, inward) };
}

/** The forms of registered sectors, made once for each state of the versions. */
function formsWith(key: Uint8Array, versions: SectorSettings["versions"]) {
  let current = versions();
  let made = new Map<string, SectorForms>();
  return (sector: string): SectorForms | undefined => {
    if (current !== versions()) {
      current = versions();
      made = new Map();
    }
    const known = made.get(sector);
    const registered = current.get(sector);
    if (known || !registered) return known;
    const forms = {
      people: remembering(sectorPseudonyms(key, sector, registered)),
      keys: remembering(sharedKeys(key, sector, registered)),
    };
    made.set(sector, forms);
    return forms;
  };
}
