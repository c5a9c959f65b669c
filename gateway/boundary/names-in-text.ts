/** Citizens named in texts, and keys that sectors share: found whatever stands around them, and under one layer of base64. */
import { pseudonymPattern } from "../../trust/pseudonym.ts";
import { sharedKeyPattern } from "../../trust/shared-key.ts";

/** How a pseudonym begins, and a shared key. */
const beginnings = /hmk?[1-9]\d{0,3}_/g;

/** How they go on, in characters. */
const sealedLength = { pseudonym: 43, sharedKey: 128 } as const;

/** Whether something that looks like one of both is a key. */
export function isSharedKey(name: string): boolean {
  return name.startsWith("hmk");
}

interface Place {
  readonly index: number;
  readonly name: string;
}

/** What looks like one of both, one that begins inside another as well. */
function* placesIn(text: string): Generator<Place> {
  for (const { index, 0: beginning } of text.matchAll(beginnings)) {
    const isKey = isSharedKey(beginning);
    const length = isKey ? sealedLength.sharedKey : sealedLength.pseudonym;
    const name = text.slice(index, index + beginning.length + length);
    if ((isKey ? sharedKeyPattern : pseudonymPattern).test(name)) yield { index, name };
  }
}

/** A character that they may hold. */
const ofName = /[A-Za-z0-9_-]/;

/**
 * Says what is written in the place of something that looks like one of both; undefined leaves it.
 *
 * @param alone whether the text around it does not go on with it: then it is one, of whomever
 */
export type Rename = (name: string, alone: boolean) => string | undefined;

/** Replaces names in a text. */
export function renameIn(text: string, rename: Rename): string {
  let renamed = "";
  let done = 0;
  for (const { index, name } of placesIn(text)) {
    if (index < done) continue;
    const end = index + name.length;
    const other = rename(name, !ofName.test(text.charAt(index - 1)) && !ofName.test(text.charAt(end)));
    if (other === undefined) continue;
    renamed += text.slice(done, index) + other;
    done = end;
  }
  return done === 0 ? text : renamed + text.slice(done);
}

/** Whether a text holds anything that looks like a pseudonym or a shared key. */
export function looksNamed(text: string): boolean {
  return placesIn(text).next().done !== true;
}

/** Whether a text holds anything that looks like a shared key. */
export function mentionsSharedKey(text: string): boolean {
  for (const { name } of placesIn(text)) if (isSharedKey(name)) return true;
  return false;
}

/** Text long enough to hold an encoded pseudonym: base64 (RFC 4648, sections 4 and 5) makes 63 characters of its 47. */
const encoded = /[A-Za-z0-9+/_-]{63,}/g;

/** How base64 writes `hm` and the digit of a pseudonym, or the `k` of a key, by where among three bytes it begins. */
const encodedStart = /aG[01]|[GWm2]ht[MNOa]|ob[TW]/;

/** What looks like one of both once a part of the text is read as base64, wherever its encoding began. */
export function* namesEncodedIn(text: string): Generator<string> {
  for (const [run] of text.matchAll(encoded)) {
    if (!encodedStart.test(run)) continue;
    for (let start = 0; start < 4; start += 1) {
      const decoded = Buffer.from(run.slice(start), "base64").toString("latin1");
      for (const { name } of placesIn(decoded)) yield name;
    }
  }
}
