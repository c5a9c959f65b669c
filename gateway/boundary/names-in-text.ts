/** Citizens named in texts: found whatever stands around a name, and under one layer of base64. */
import { pseudonymPattern } from "../../trust/pseudonym.ts";

/** How a pseudonym begins. */
const beginnings = /hm[1-9]\d{0,3}_/g;

/** How it goes on, in characters. */
const sealedLength = 43;

interface Place {
  readonly index: number;
  readonly name: string;
}

/** What looks like a pseudonym, one that begins inside another as well. */
function* placesIn(text: string): Generator<Place> {
  for (const { index, 0: beginning } of text.matchAll(beginnings)) {
    const name = text.slice(index, index + beginning.length + sealedLength);
    if (pseudonymPattern.test(name)) yield { index, name };
  }
}

/** A character that a pseudonym may hold. */
const ofName = /[A-Za-z0-9_-]/;

/**
 * Says what is written in the place of something that looks like a pseudonym; undefined leaves it.
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

/** Whether a text holds anything that looks like a pseudonym. */
export function looksNamed(text: string): boolean {
  return placesIn(text).next().done !== true;
}

/** Text long enough to hold an encoded pseudonym: base64 (RFC 4648, sections 4 and 5) makes 63 characters of its 47. */
const encoded = /[A-Za-z0-9+/_-]{63,}/g;

/** How base64 writes the `hm` and the digit of a pseudonym, by where among three bytes it begins. */
const encodedStart = /aG0|[GWm2]ht[MNO]|obT/;

/** What looks like a pseudonym once a part of the text is read as base64, wherever its encoding began. */
export function* namesEncodedIn(text: string): Generator<string> {
  for (const [run] of text.matchAll(encoded)) {
    if (!encodedStart.test(run)) continue;
    for (let start = 0; start < 4; start += 1) {
      const decoded = Buffer.from(run.slice(start), "base64").toString("latin1");
      for (const { name } of placesIn(decoded)) yield name;
    }
  }
}
