/** What is measured: each operation as one function, made ready beforehand. */
import { createHash } from "node:crypto";
import { authenticationOf, type BenchClient, Browser, type HttpAnswer, proofOf } from "./client.ts";
import type { Stage } from "./stage.ts";

/** Does the operation once more; the number tells which time it is. */
export type Operation = (turn: number) => Promise<void>;

const verifier = "v".repeat(43);
const challenge = createHash("sha256").update(verifier).digest("base64url");

/** Machines' requests of one client over one connection. */
class Machine {
  readonly #stage: Stage;
  readonly #client: BenchClient;
  readonly browser: Browser;
  #nonce: string | undefined;

  constructor(stage: Stage, client: BenchClient, network: number) {
    this.#stage = stage;
    this.#client = client;
    this.browser = new Browser(stage.issuer, network);
  }

  /** Posts a form as the client, with a proof of its key; asks again when the nonce has changed. */
  async post(path: string, form: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
    const { issuer } = this.#stage;
    for (let tries = 0; tries < 2; tries++) {
      const proof = await proofOf(this.#client, issuer + path, this.#nonce);
      const request = { ...(await authenticationOf(this.#client, issuer)), ...form };
      const answer = await this.browser.post(path, request, { dpop: proof, accept: "application/json" });
      const nonce = answer.headers["dpop-nonce"];
      if (typeof nonce === "string") this.#nonce = nonce;
      const body = JSON.parse(answer.text) as Record<string, unknown>;
      if (body.error === "use_dpop_nonce") continue;
      if (answer.status >= 400) throw refusalOf(path, answer);
      return body;
    }
    throw new Error(`${path} wants another nonce each time`);
  }
}

function refusalOf(what: string, { status, text }: HttpAnswer): Error {
  return new Error(`${what} answered ${status}: ${text.slice(0, 300)}`);
}

const authorizationRequest = ({ redirectUri }: BenchClient) => ({
  redirect_uri: redirectUri,
  response_type: "code",
  scope: "openid",
  state: "bench",
  code_challenge: challenge,
  code_challenge_method: "S256",
});

/** Signs somebody in by password, from the client's request to the code; she allows the client where it asks. */
export async function signIn(stage: Stage, client: BenchClient, browser: Browser, path: string, login: string) {
  let { answer, left, path: at } = await browser.follow(await browser.get(path));
  if (answer.text.includes('name="password"')) {
    const next = await browser.follow(await browser.post(at, { login, password: stage.password }));
    ({ answer, left } = next);
    at = next.path === "/" ? at : next.path;
  }
  if (left === null && answer.text.includes('value="allow"')) {
    ({ answer, left } = await browser.follow(await browser.post(at, { action: "allow" })));
  }
  const code = left?.searchParams.get("code");
  if (!code) throw refusalOf(`signing in at ${client.id}`, answer);
  return code;
}

/** Each turn another citizen in another browser from another network signs in by password. */
export function signIns(stage: Stage): Operation {
  const query = new URLSearchParams({ client_id: stage.oidc.id, ...authorizationRequest(stage.oidc) });
  return async (turn) => {
    const browser = new Browser(stage.issuer, turn % 60_000);
    const login = stage.citizens[turn % stage.citizens.length] ?? "";
    await signIn(stage, stage.oidc, browser, `/auth?${query}`, login);
    await browser.close();
  };
}

/** A citizen who is signed in: each turn a pushed request, the code without a page, and tokens for it. */
export async function codeFlows(stage: Stage, worker: number): Promise<Operation> {
  const machine = new Machine(stage, stage.fapi2, 50_000 + worker);
  const flow = async (turn: number) => {
    const pushed = await machine.post("/request", authorizationRequest(stage.fapi2));
    const query = new URLSearchParams({ client_id: stage.fapi2.id, request_uri: String(pushed.request_uri) });
    const login = stage.citizens[worker] ?? "";
    const code = await signIn(stage, stage.fapi2, machine.browser, `/auth?${query}`, login);
    return await redeem(stage, machine, code, turn);
  };
  await flow(0);
  return async (turn) => {
    await flow(turn);
  };
}

async function redeem({ fapi2 }: Stage, machine: Machine, code: string, _turn: number) {
  const form = { grant_type: "authorization_code", code, redirect_uri: fapi2.redirectUri, code_verifier: verifier };
  return await machine.post("/token", form);
}

/** Tokens for the client itself. */
export async function clientCredentials(stage: Stage, worker: number): Promise<Operation> {
  const machine = new Machine(stage, stage.fapi2, 51_000 + worker);
  const request = { grant_type: "client_credentials", resource: stage.registry, scope: "schema:publish" };
  return async () => {
    await machine.post("/token", request);
  };
}

/** A citizen's tokens, of which some operation lives. */
async function tokensOf(stage: Stage, worker: number, network: number) {
  const machine = new Machine(stage, stage.fapi2, network + worker);
  const pushed = await machine.post("/request", {
    ...authorizationRequest(stage.fapi2),
    scope: "openid offline_access",
    prompt: "consent",
  });
  const query = new URLSearchParams({ client_id: stage.fapi2.id, request_uri: String(pushed.request_uri) });
  const login = stage.citizens[100 + worker] ?? "";
  const code = await signIn(stage, stage.fapi2, machine.browser, `/auth?${query}`, login);
  return { machine, tokens: await redeem(stage, machine, code, 0) };
}

/** Fresh access tokens for one refresh token. */
export async function refreshes(stage: Stage, worker: number): Promise<Operation> {
  const { machine, tokens } = await tokensOf(stage, worker, 52_000);
  const refreshToken = String(tokens.refresh_token);
  return async () => {
    await machine.post("/token", { grant_type: "refresh_token", refresh_token: refreshToken });
  };
}

/** What a token of the client's own is worth. */
export async function introspections(stage: Stage, worker: number): Promise<Operation> {
  const { machine, tokens } = await tokensOf(stage, worker, 53_000);
  const token = String(tokens.refresh_token);
  return async () => {
    const answer = await machine.post("/token/introspection", { token });
    if (answer.active !== true) throw new Error("the token is not active");
  };
}
