/** The files of the page: GraphiQL from its package, the OAuth client from its own, and ours. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type ContentCoding, compress } from "../http/compression.ts";

export interface Asset {
  readonly type: string;
  readonly text: string;
  /** The text in a content coding; coded once. */
  coded(coding: ContentCoding): Promise<Buffer>;
  /** Changes with the text (RFC 9110, 8.8.3). */
  readonly etag: string;
}

type Source = () => Promise<string>;

const script = "text/javascript; charset=utf-8";
const style = "text/css; charset=utf-8";

/** GraphiQL with its editor and workers: several megabytes, read when somebody first opens the page. */
const graphiql = () => import("@graphql-yoga/render-graphiql/graphiql");

const ownFile =
  (name: string): Source =>
  async () =>
    // Browsers find packages by URL only, and an import map would be an inline script.
    (await readFile(new URL(`browser/${name}`, import.meta.url), "utf8")).replace(
      'from "oauth4webapi"',
      'from "./oauth4webapi.js"',
    );

const sources: Readonly<Record<string, readonly [type: string, source: Source]>> = {
  "page.js": [script, ownFile("page.js")],
  "trial.js": [script, ownFile("trial.js")],
  "sign-in.js": [script, ownFile("sign-in.js")],
  "key.js": [script, ownFile("key.js")],
  "events.js": [script, ownFile("events.js")],
  "workers.js": [script, ownFile("workers.js")],
  "page.css": [style, ownFile("page.css")],
  "oauth4webapi.js": [script, () => readFile(new URL(import.meta.resolve("oauth4webapi")), "utf8")],
  "graphiql.js": [script, async () => (await graphiql()).js],
  "graphiql.css": [style, async () => (await graphiql()).css],
  "editorWorkerService.js": [script, async () => (await graphiql()).editorWorkerService],
  "graphql.js": [script, async () => (await graphiql()).graphqlWorker],
  "json.js": [script, async () => (await graphiql()).jsonWorker],
};

/** Makes the function that gives a file by its name; each is read once. */
export function createAssets(): (name: string) => Promise<Asset> | undefined {
  const assets = new Map<string, Promise<Asset>>();
  return (name) => {
    const known = assets.get(name);
    if (known || !Object.hasOwn(sources, name)) return known;
    const asset = load(name);
    assets.set(name, asset);
    asset.catch(() => assets.delete(name));
    return asset;
  };
}

async function load(name: string): Promise<Asset> {
  const [type, source] = sources[name] ?? [script, async () => ""];
  const text = await source();
  const coded = new Map<ContentCoding, Promise<Buffer>>();
  return {
    type,
    text,
    coded(coding) {
      const known = coded.get(coding) ?? compress(text, coding);
      coded.set(coding, known);
      return known;
    },
    etag: `"${createHash("sha256").update(text).digest("base64url")}"`,
  };
}
