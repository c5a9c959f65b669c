/** Everything that identity holds about her, in one file (PIPL art. 45). */
import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { recordHistory } from "../history/history.ts";
import { exportPage } from "../pages/account-export.ts";
import { exportedParts } from "../store/export.ts";
import { accountPage, originOf, type Visit } from "./page.ts";
import type { AccountParts } from "./routes.ts";

/** What is in the file must not be left to whoever finds a browser open. */
const freshSignIn = { maxAgeSeconds: 600 } as const;

export function addExport(app: FastifyInstance, parts: AccountParts): void {
  app.get(
    "/account/export",
    accountPage(parts, ({ visitor, view, send }) => send(exportPage(view, visitor)), freshSignIn),
  );
  app.post(
    "/account/export",
    accountPage(parts, (visit) => download(parts, visit), freshSignIn),
  );
}

async function download({ database, issuer }: AccountParts, visit: Visit) {
  const { citizenId } = visit.visitor;
  await recordHistory(database, { citizenId, kind: "data-exported", origin: originOf(visit) });
  const now = new Date().toISOString();
  const file = Readable.from(json({ exportedAt: now, exportedFrom: issuer }, exportedParts(database, citizenId)));
  return visit.reply
    .header("content-disposition", `attachment; filename="huimin-account-${now.slice(0, 10)}.json"`)
    .header("cache-control", "no-store")
    .type("application/json; charset=utf-8")
    .send(file);
}

/** One JSON object; of the parts only a page is in memory at a time. */
async function* json(
  head: Readonly<Record<string, string>>,
  parts: AsyncIterable<{ readonly name: string; readonly rows: AsyncIterable<object[]> }>,
): AsyncGenerator<string> {
  yield `{${Object.entries(head)
    .map(([name, value]) => `\n  ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(",")}`;
  for await (const { name, rows } of parts) {
    yield `,\n  ${JSON.stringify(name)}: [`;
    let separator = "";
    for await (const page of rows) {
      for (const row of page) {
        yield `${separator}\n    ${JSON.stringify(row)}`;
        separator = ",";
      }
    }
    yield "\n  ]";
  }
  yield "\n}\n";
}
