/** What pages load: shared style sheet, icon and fonts, and a service's own files. None from a third party. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";

const fonts = ["noto-sans-sc", "noto-sans-arabic"];

/**
 * Serves `/base.css`, `/favicon.svg`, `/fonts/<name>/…`, and every file of `own` under its name.
 *
 * @param own the service's folder of style sheets
 */
export function serveAssets(app: FastifyInstance, own: URL): void {
  const options = { decorateReply: false, index: false } as const;
  app.register(fastifyStatic, {
    ...options,
    root: [fileURLToPath(own), fileURLToPath(new URL(".", import.meta.url))],
    wildcard: false,
    globIgnore: ["*.ts"],
  });
  for (const font of fonts) {
    app.register(fastifyStatic, {
      ...options,
      root: dirname(fileURLToPath(import.meta.resolve(`@fontsource-variable/${font}/index.css`))),
      prefix: `/fonts/${font}/`,
      allowedPath: (path) => /^\/(index\.css|files\/[\w-]+\.woff2)$/.test(path),
      maxAge: "7d",
    });
  }
}
