import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { loadSpec } from "../city/load.ts";
import { gatewaySpec } from "../gateway/config.ts";
import { identitySpec } from "../identity/config.ts";
import type { ConfigSpec } from "../platform/config.ts";
import { portalSpec } from "../portal/config.ts";
import { employmentSpec } from "../subgraphs/employment/config.ts";
import { healthSpec } from "../subgraphs/health/config.ts";
import { subgraphSpec } from "../subgraphs/kit/service.ts";
import { pensionSpec } from "../subgraphs/pension/config.ts";
import { utilitiesSpec } from "../subgraphs/utilities/config.ts";

const page = readFileSync(new URL("../docs/configuration.md", import.meta.url), "utf8");
const services: Readonly<Record<string, ConfigSpec>> = {
  portal: portalSpec,
  gateway: gatewaySpec,
  identity: identitySpec,
  health: healthSpec,
  pension: pensionSpec,
  employment: employmentSpec,
  utilities: utilitiesSpec,
  water: subgraphSpec("water"),
  power: subgraphSpec("power"),
  "city/load.ts": loadSpec,
};

/** The chapter of one service, as its settings give it. */
function chapter(name: string, spec: ConfigSpec): string {
  const rows = Object.values(spec).map(({ env, schema, doc }) => {
    const isRequired = !schema.safeParse(undefined).success;
    return `| ${env.map((variable) => `\`${variable}\``).join(" or ")} | ${isRequired ? "yes" : "no"} | ${doc} |`;
  });
  return [`## ${name}`, "", "| variable | required | what it is |", "|---|---|---|", ...rows, ""].join("\n");
}

it("docs/configuration.md says of every service what its settings are", () => {
  const expected = Object.entries(services).map(([name, spec]) => chapter(name, spec));
  expect(page.slice(page.indexOf("## "))).toBe(expected.join("\n"));
});
