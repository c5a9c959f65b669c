/**
 * `npm run --silent verify-call -- --evidence FILE --company-key KEY --answer FILE`: whether a company has answered that,
 * or sent it as an event of a stream, by a line of the gateway's log; with `--call FILE --token FILE --gateway-keys FILE` also whether that was asked.
 */
import { createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { callEvidence, eventEvidence, proveAnswer, proveCall, proveEvent } from "../trust/call-evidence.ts";
import { answerVerifier, readCallKey } from "../trust/call-keys.ts";
import { HuiminError } from "../trust/errors.ts";
import { ecdsaP256Verifier } from "../trust/http-signature.ts";
import { readFlags, runCommand } from "./command-line.ts";
import { CityError } from "./failure.ts";

const usage =
  "npm run --silent verify-call -- --evidence FILE --company-key ed25519:KEY --answer FILE [--call FILE --token FILE --gateway-keys FILE]";

const logLine = z.object({ evidence: z.union([callEvidence, eventEvidence]) });
const keySet = z.object({ keys: z.array(z.looseObject({ kid: z.string() })) });

await runCommand(process.env, async () => {
  const text = { type: "string" } as const;
  const options = {
    evidence: text,
    "company-key": text,
    answer: text,
    call: text,
    token: text,
    "gateway-keys": text,
  };
  const { values } = readFlags({ options }, usage);
  const key = readCallKey(values["company-key"] ?? "");
  if (!values.evidence || !values.answer || key?.algorithm !== "ed25519") throw new CityError(`Usage: ${usage}`);
  const { evidence } = logLine.parse(JSON.parse(await readFile(values.evidence, "utf8")));
  const [said, companyKey] = [await readFile(values.answer), answerVerifier(evidence.subgraph, key)];
  try {
    if ("number" in evidence) {
      proveEvent(evidence, said, companyKey);
      console.log(`${evidence.subgraph} has sent this as event ${evidence.number} of its answer to ${evidence.call}`);
      return;
    }
    proveAnswer(evidence, said, companyKey);
    console.log(`${evidence.subgraph} has answered this.`);
    if (!values.call || !values.token || !values["gateway-keys"]) return;
    const { keys } = keySet.parse(JSON.parse(await readFile(values["gateway-keys"], "utf8")));
    const token = (await readFile(values.token, "utf8")).trim();
    await proveCall(evidence, { body: await readFile(values.call), token }, (keyId) => {
      const jwk = keys.find(({ kid }) => kid === keyId);
      return jwk && ecdsaP256Verifier(keyId, createPublicKey({ key: jwk, format: "jwk" }));
    });
    console.log(`The gateway has asked ${evidence.subgraph} this.`);
  } catch (error) {
    if (error instanceof HuiminError) throw new CityError(`It is not proven: ${error.detail}.`);
    throw error;
  }
});
