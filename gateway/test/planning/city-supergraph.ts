/** The city's supergraph in a file of its own, and variants of it. */
import { readFileSync } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, print, visit } from "graphql";

/** As it is committed. */
export const citySdl = readFileSync(new URL("../../../schema/supergraph.graphql", import.meta.url), "utf8");

/** The city without one of its fields. */
export function withoutField(name: string): string {
  return print(visit(parse(citySdl), { FieldDefinition: (field) => (field.name.value === name ? null : undefined) }));
}

/** The city with a tag on one of its fields. */
export function withTag(field: string, tag: string): string {
  return citySdl.replace(new RegExp(`^ {2}${field}: \\S+ `, "m"), `$&@tag(name: "${tag}") `);
}

/** The city with one more subgraph, of which nobody knows where it answers. */
export function withUnknownSubgraph(): string {
  return citySdl.replace(
    /enum join__Graph \{/,
    '$&\n  TRAFFIC @join__graph(name: "traffic", url: "http://x.invalid/")',
  );
}

export interface SupergraphFile {
  readonly path: string;
  /** Puts another text in the place of the file, whole at once. */
  replace(sdl: string): Promise<void>;
  remove(): Promise<void>;
}

export async function writeSupergraphFile(sdl: string): Promise<SupergraphFile> {
  const folder = await mkdtemp(join(tmpdir(), "supergraph-"));
  const path = join(folder, "supergraph.graphql");
  await writeFile(path, sdl);
  return {
    path,
    async replace(next) {
      await writeFile(`${path}.next`, next);
      await rename(`${path}.next`, path);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
