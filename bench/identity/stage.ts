/** The city with identity in it, and what the bench adds: a client of each profile that it measures. */
import { execFile } from "node:child_process";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { demoPassword } from "../../city/population/demo.ts";
import { startCity } from "../city.ts";
import type { BenchClient } from "./client.ts";

export interface Stage {
  readonly issuer: string;
  readonly graph: string;
  /** The process of identity. */
  readonly pid: number;
  /** A protected resource at which the client has rights of its own. */
  readonly registry: string;
  readonly fapi2: BenchClient;
  readonly oidc: BenchClient;
  /** Resident ID numbers of citizens with an account, and the password of them all. */
  readonly citizens: readonly string[];
  readonly password: string;
  close(): Promise<void>;
}

const basePort = 46_000;
const citizens = 2_000;

/** Starts a new city; on the servers of DATABASE_URL and REDIS_URL when the environment names them. */
export async function openStage(): Promise<Stage> {
  const data = await mkdtemp(join(tmpdir(), "huimin-bench-identity-"));
  const city = await startCity({ data, basePort, citizens });
  const database = await connect(data);
  const close = async () => {
    await database.end();
    await city.stop();
    await rm(data, { recursive: true, force: true });
  };
  try {
    const found = await database.query<{ resident_id: string }>(
      "SELECT resident_id FROM citizen JOIN account USING (citizen_id) ORDER BY random()",
    );
    return {
      issuer: `http://localhost:${basePort + 2}`,
      graph: `http://localhost:${basePort + 1}/graphql`,
      pid: await identityBelow(city.pid),
      registry: await registerResource(database),
      fapi2: await register(database, "fapi2", ["authorization_code", "refresh_token", "client_credentials"]),
      oidc: await register(database, "oidc", ["authorization_code"]),
      citizens: found.rows.map((row) => row.resident_id),
      password: demoPassword,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function connect(data: string): Promise<pg.Client> {
  const secrets = JSON.parse(await readFile(join(data, "secrets.json"), "utf8")) as { databasePassword: string };
  const embedded = `postgresql://postgres:${secrets.databasePassword}@localhost:${basePort + 90}/huimin`;
  const url = process.env.DATABASE_URL ?? embedded;
  const client = new pg.Client({ connectionString: url, options: "-c search_path=identity" });
  await client.connect();
  return client;
}

/** The process of identity among those below the launcher. */
async function identityBelow(launcher: number): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-e", "-o", "pid=,ppid=,args="]);
  const processes = stdout.split("\n").flatMap((line) => {
    const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
  const below = new Set([launcher]);
  for (let before = 0; before < below.size; ) {
    before = below.size;
    for (const { pid, parent } of processes) if (below.has(parent)) below.add(pid);
  }
  const found = processes.find(({ pid, command }) => below.has(pid) && command.includes("identity/main.ts"));
  if (!found) throw new Error(`identity does not run below process ${launcher}`);
  return found.pid;
}

const ownScope = "schema:publish";

async function registerResource(database: pg.Client): Promise<string> {
  const resource = "https://registry.example/bench";
  await database.query(
    "INSERT INTO resource_server (resource, sector, client_scopes) VALUES ($1, 'government', $2) ON CONFLICT DO NOTHING",
    [resource, [ownScope]],
  );
  return resource;
}

async function register(database: pg.Client, profile: string, grantTypes: readonly string[]): Promise<BenchClient> {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const proof = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = `bench-${profile}-${randomUUID().slice(0, 8)}`;
  const redirectUri = `https://${id}.example/callback`;
  const metadata = {
    client_name: id,
    profile,
    sector: "government",
    redirect_uris: [redirectUri],
    grant_types: grantTypes,
    ...(grantTypes.includes("client_credentials") && { client_credentials_scope: ownScope }),
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: "ES256",
    jwks: { keys: [{ ...own.publicKey.export({ format: "jwk" }), alg: "ES256", use: "sig" }] },
  };
  await database.query("INSERT INTO oidc_client (client_id, metadata) VALUES ($1, $2)", [id, JSON.stringify(metadata)]);
  return {
    id,
    redirectUri,
    key: own.privateKey,
    proofKey: proof.privateKey,
    proofJwk: proof.publicKey.export({ format: "jwk" }),
  };
}
