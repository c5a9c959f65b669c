import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { signAnswer, signCall } from "../../trust/call-signature.ts";
import { ecdsaP256Signer, ed25519Signer } from "../../trust/http-signature.ts";

const program = fileURLToPath(new URL("../verify-call.ts", import.meta.url));
const company = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
const gateway = generateKeyPairSync("ec", { namedCurve: "P-256" });
/** Long ago: a proof does not grow old. */
const then = 1_700_000_000;

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "huimin-evidence-"));
  const asked = { method: "POST", authority: "water.example", target: "/graphql", contentType: "application/json" };
  const signer = ecdsaP256Signer("gateway", gateway.privateKey);
  const { headers, made } = signCall({ ...asked, token: "token" }, "question", signer, "1", then);
  const said = { status: 200, contentType: "application/json" };
  const key = ed25519Signer("water", Buffer.from(company.d ?? "", "base64url"));
  const answer = { ...said, ...signAnswer(said, "answer", made, key, then) };
  const evidence = { subgraph: "water", address: "https://water.example/graphql", call: headers, answer };
  const keys = [{ ...gateway.publicKey.export({ format: "jwk" }), kid: "gateway" }];
  await writeFile(file("line"), JSON.stringify({ level: 30, evidence, msg: "signed call" }));
  await writeFile(file("keys"), JSON.stringify({ keys }));
  for (const text of ["question", "answer", "token", "lie"]) await writeFile(file(text), text);
});

afterAll(() => rm(folder, { recursive: true }));

function verify(flags: Readonly<Record<string, string>>) {
  const given = { evidence: file("line"), "company-key": `ed25519:${company.x}`, ...flags };
  const words = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]);
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: "utf8" });
  return { status, stdout, stderr };
}

it("a dispute with a company is settled by a line of the log and what somebody claims", () => {
  const call = { call: file("question"), token: file("token"), "gateway-keys": file("keys") };
  expect(verify({ answer: file("answer"), ...call })).toEqual({
    status: 0,
    stdout: "water has answered this.\nThe gateway has asked water this.\n",
    stderr: "",
  });
  const lie = "It is not proven: the body is not the one that was signed.\n";
  expect(verify({ answer: file("lie") })).toEqual({ status: 1, stdout: "", stderr: lie });
  expect(verify({ answer: file("answer"), ...call, call: file("lie") })).toMatchObject({ status: 1, stderr: lie });
  const another = `ed25519:${Buffer.alloc(32, 1).toString("base64url")}`;
  expect(verify({ answer: file("answer"), "company-key": another }).status).toBe(1);
});
