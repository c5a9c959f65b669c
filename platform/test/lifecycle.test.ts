import { type ChildProcess, fork, type Serializable } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "./ports.ts";

const fixture = fileURLToPath(new URL("fixtures/service.ts", import.meta.url));
const children: ChildProcess[] = [];

function start(env: NodeJS.ProcessEnv): { child: ChildProcess; errors: () => string } {
  const child = fork(fixture, { env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", "ignore", "pipe", "ipc"] });
  children.push(child);
  let errors = "";
  child.stderr?.on("data", (chunk) => {
    errors += chunk;
  });
  return { child, errors: () => errors };
}

async function message(child: ChildProcess): Promise<Serializable> {
  const [said] = (await once(child, "message")) as [Serializable];
  return said;
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

describe("the life of a service process", () => {
  it("tells its launcher where it answers, and finishes requests in flight before it stops", async () => {
    const { child } = start({ HUIMIN_PORT: String(await freePort()) });
    const said = await message(child);
    expect(said).toMatchObject({ type: "ready" });
    const url = (said as { url: string }).url;
    const slow = fetch(`${url}/slow`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    expect(await (await slow).text()).toBe("done");
    expect((await exited)[0]).toBe(0);
  });

  it("stops when its launcher dies", async () => {
    const { child } = start({ HUIMIN_PORT: String(await freePort()) });
    await message(child);
    const exited = once(child, "exit");
    child.disconnect();
    expect((await exited)[0]).toBe(0);
  });

  it("stops when its launcher died while it was starting", async () => {
    const { child } = start({ HUIMIN_PORT: String(await freePort()) });
    child.disconnect();
    expect((await once(child, "exit"))[0]).toBe(0);
  });

  it("says all configuration faults in one sentence and exits with 78", async () => {
    const { child, errors } = start({ HUIMIN_PORT: "abc", LOG_LEVEL: "loud" });
    const [said, [code]] = await Promise.all([message(child), once(child, "exit")]);
    expect(code).toBe(78);
    expect(said).toMatchObject({ type: "failed", reason: expect.stringMatching(/LOG_LEVEL.*HUIMIN_PORT/) });
    expect(errors()).not.toMatch(/\n\s+at /);
  });

  it("names a taken port and what to do", async () => {
    const port = await freePort();
    const squatter = createServer().listen(port, "localhost");
    await once(squatter, "listening");
    const { child, errors } = start({ HUIMIN_PORT: String(port) });
    const [[code]] = await Promise.all([once(child, "exit")]);
    squatter.close();
    expect(code).toBe(1);
    expect(errors()).toContain(`port ${port} is taken`);
    expect(errors()).not.toMatch(/\n\s+at /);
  });
});
