/** Citizens named in texts: found whatever stands around a name, and under one layer of base64. */

/** What a pseudonym looks like; a look ahead, so that one which begins inside another is found as well. */
const places = /(?=(hm[1-9]\d{0,3}_[A-Za-z0-9_-]{43}))/g;

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
  for (const { index, 1: name = "" } of text.matchAll(places)) {
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
  return text.search(places) !== -1;
}

/** Text long enough to hold an encoded pseudonym: base64 (RFC 4648, sections 4 and 5) makes 63 characters of its 47. */
const encoded = /[A-Za-z0-9+/_-]{63,}/g;

/** What looks like a pseudonym once a part of the text is read as base64, wherever its encoding began. */
export function* namesEncodedIn(text: string): Generator<string> {
  for (const [run] of text.matchAll(encoded)) {
    for (let start = 0; start < 4; start += 1) {
      const decoded = Buffer.from(run.slice(start), "base64").toString("latin1");
      for (const { 1: name = "" } of decoded.matchAll(places)) yield name;
    }
  }
}
