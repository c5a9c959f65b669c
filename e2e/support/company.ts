/** A company that joins the city as docs/identity.md tells it: by the files of `e2e/examples/`, at an origin of its own. */
import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CryptoKey, exportJWK, generateKeyPair } from "jose";
import type { City } from "./city.ts";
import { onCity } from "./command.ts";

const examples = fileURLToPath(new URL("../examples", import.meta.url));

/** Answers a request to the company's own pages; false when it knows no such address. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

export interface Company {
  /** Stands for `https://water.example` of the files. */
  readonly origin: string;
  /** The private half of what its files name. */
  readonly key: CryptoKey;
  close(): Promise<void>;
}

/**
 * Registers everything in `e2e/examples/` by the commands of the documentation.
 *
 * @param answer what the company's server says; whatever it does not know is a plain page
 */
export async function foundCompany(
  city: Pick<City, "data" | "basePort" | "databaseUrl">,
  answer: Answer = async () => false,
): Promise<Company> {
  const server = createServer(async (request, response) => {
    if (await answer(request, response)) return;
    response.setHeader("content-type", "text/html").end('<!doctype html><link rel="icon" href="data:,"><h1>water</h1>');
  }).listen(0, "localhost");
  await once(server, "listening");
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const folder = await mkdtemp(join(tmpdir(), "huimin-company-"));
  await cp(examples, folder, { recursive: true });
  await settle(folder, origin, { ...(await exportJWK(publicKey)), kid: "water-1", alg: "ES256", use: "sig" });
  for (const register of ["sectors", "resources", "clients", "receivers"]) {
    const { code, complaint } = await onCity(city, "admin", register, "apply", join(folder, register));
    if (code !== 0) throw new Error(complaint);
  }
  await rm(folder, { recursive: true });
  return { origin, key: privateKey, close: () => close(server) };
}

/** Puts this company's own address and key where the files have those of the example. */
async function settle(folder: string, origin: string, key: object): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((one) => one.endsWith(".json"))) {
    const file = join(folder, name);
    const text = (await readFile(file, "utf8")).replaceAll("https://water.example", origin);
    const entry = JSON.parse(text) as Record<string, unknown>;
    await writeFile(file, JSON.stringify("jwks" in entry ? { ...entry, jwks: { keys: [key] } } : entry));
  }
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
