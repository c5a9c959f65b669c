/** Style sheet, icon and fonts: all from this server, none from a third party. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";

const fonts = ["noto-sans-sc", "noto-sans-arabic"];

/** `/identity.css`, `/favicon.svg` and `/fonts/<name>/…`. */
export function serveAssets(app: FastifyInstance): void {
  const options = { decorateReply: false, index: false } as const;
  const own = fileURLToPath(new URL("../assets", import.meta.url));
  app.register(fastifyStatic, { ...options, root: own, wildcard: false });
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
