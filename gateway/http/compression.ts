/**
 * Makes answers smaller on their way (RFC 9110, 8.4). Answers in parts are left alone: a coder would hold them
 * back.
 *
 * Lengths of compressed answers tell an attacker something about secrets when she can mix text of her own into
 * them and have many sent (BREACH). That takes a browser that lends her its user's rights; here nothing but a
 * header that no page of another site can set gives any, so answers with somebody's data are compressed too.
 */
import { promisify } from "node:util";
import { brotliCompress, constants, gzip, zstdCompress } from "node:zlib";
import { LRUCache } from "lru-cache";
import Negotiator from "negotiator";

/** Content codings in the order in which they are taken: the quickest for its gain first. */
const codings = ["zstd", "br", "gzip"] as const;

export type ContentCoding = (typeof codings)[number];

/** Smaller bodies fit into one packet as they are. In characters. */
const minLength = 1_400;

/** High levels cost far more time than they save. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const compressors: Readonly<Record<ContentCoding, (body: string) => Promise<Buffer>>> = {
  zstd: promisify<string, Buffer>(zstdCompress),
  br: (body) => promisify(brotliCompress)(body, brotliOptions),
  gzip: promisify<string, Buffer>(gzip),
};

const known = new LRUCache<string, { readonly coding: ContentCoding | undefined }>({ max: 200 });

/** The coding for a body, or undefined when it goes as it is. Of those that a client accepts ours comes first. */
export function contentCoding(acceptEncoding: string | undefined, body: string): ContentCoding | undefined {
  if (acceptEncoding === undefined || body.length < minLength) return undefined;
  const decided = known.get(acceptEncoding);
  if (decided) return decided.coding;
  const accepted = new Negotiator({ headers: { "accept-encoding": acceptEncoding } }).encodings([...codings]);
  const coding = codings.find((candidate) => accepted.includes(candidate));
  known.set(acceptEncoding, { coding });
  return coding;
}

/** Compresses a body, away from the event loop. */
export function compress(body: string, coding: ContentCoding): Promise<Buffer> {
  return compressors[coding](body);
}
