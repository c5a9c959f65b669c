/**
 * Borders behind which citizens go by another sector's forms, and so do the keys that sectors share. What is written
 * crosses them with these forms alone: each carries its own authenticator, so that it is found in a text without knowing
 * what the text is.
 */
import type { RawCitizenId, SectorPseudonyms } from "../../trust/pseudonym.ts";
import type { SharedKeys } from "../../trust/shared-key.ts";
import { isSharedKey, namesEncodedIn, renameIn } from "./names-in-text.ts";

/** The forms of one sector. */
export interface SectorForms {
  readonly people: SectorPseudonyms;
  readonly keys: SharedKeys;
}

/** The forms of all sectors that are registered. */
export interface Forms {
  /** @throws HuiminError `FORBIDDEN` when the sector is not registered */
  of(sector: string): SectorForms;
  /** Whether any sector's form is meant. */
  isKnown(name: string): boolean;
}

/** What a form of a sector stands for, citizen or key; null when it is none of the sector's. */
export function openedBy({ people, keys }: SectorForms, form: string): string | null {
  return isSharedKey(form) ? keys.open(form) : people.open(form);
}

/** A way over a border. */
export interface Way {
  readonly forms: Forms;
  readonly from: string;
  readonly to: string;
  /** Whether this citizen may be named on the way; everybody may unless given. */
  readonly mayPass?: (citizenId: RawCitizenId) => boolean;
  /** Makes what is thrown. Its reason tells no name. */
  readonly refusal: (reason: string) => Error;
  /** Whose encoded names may lie in the text: the sector that wrote it, or is to read it. */
  readonly encodedOf: string;
}

/**
 * A text with all citizens and keys that it names in the forms of the other side.
 *
 * What opens under no key is left when it only looks like a part of something longer, as an encoded text may by chance;
 * what stands alone, or is another sector's form, is refused: it cannot be translated, and must not pass as it is.
 */
export function takeOver(text: string, { forms, from, to, mayPass, refusal, encodedOf }: Way): string {
  const [source, target, encoder] = [forms.of(from), forms.of(to), forms.of(encodedOf)];
  const renamed = renameIn(text, (name, alone) => {
    const meant = openedBy(source, name);
    if (meant === null) {
      if (alone || forms.isKnown(name)) throw refusal("something is named in a form that is not of the sector");
      return undefined;
    }
    if (isSharedKey(name)) return target.keys.seal(meant);
    if (mayPass && !mayPass(meant)) throw refusal("somebody is named who was not to be");
    return target.people.seal(meant);
  });
  for (const name of namesEncodedIn(text)) {
    if (openedBy(encoder, name) === null && forms.isKnown(name)) throw refusal("something is named in an encoded text");
  }
  return renamed;
}

/**
 * JSON as this process writes it: without escapes behind which a name could pass unseen.
 *
 * @throws Error when it is no JSON
 */
export function plainJson(text: string): string {
  if (!text.includes("\\")) return text;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    // JSON.parse quotes what it could not read, and that may be personal data: it must not reach a log.
    throw new Error("the body is not JSON");
  }
}

/** Both ways over the border to a company's clients, for JSON texts and texts inside them. */
export interface ClientBorder {
  /**
   * An answer, in the forms of the client's sector.
   *
   * @throws HuiminError `FORBIDDEN` when it names somebody in a form that cannot be translated
   */
  outward(text: string): string;
  /**
   * What a client sends, in the forms that are used inside.
   *
   * @throws HuiminError `FORBIDDEN` when it names anybody but those whom its token names, by whatever form
   */
  inward(text: string): string;
}

/** The border to a company's subgraph. */
export interface SubgraphBorder {
  /**
   * A call on behalf of `people`, and the way back for what is answered to it.
   *
   * @param people in the forms that are used inside
   * @throws HuiminError `FORBIDDEN` when the text names somebody in a form that cannot be translated
   */
  call(text: string, people: readonly string[], clientSector: string): Crossing;
  /**
   * What the subgraph says unasked, in the forms that are used inside.
   *
   * @throws HuiminError `SUBGRAPH_UNAVAILABLE` when it names somebody in another sector's form
   */
  inward(text: string): string;
}

/** A call that has crossed a border. */
export interface Crossing {
  readonly text: string;
  /**
   * An answer to the call, in the forms that are used inside.
   *
   * @throws HuiminError `SUBGRAPH_UNAVAILABLE` when it names somebody in another sector's form; or somebody whom the
   *   call did not name, unless the client is of the subgraph's own sector
   */
  answer(text: string): string;
}
