import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { mostAttempts, type Part, supervise } from "../launch/supervisor.ts";

/** A part that is a real process, which waits until it is told to end. */
function waitingPart(): Part & { readonly starts: ChildProcess[] } {
  const starts: ChildProcess[] = [];
  return {
    name: "waiter",
    starts,
    async start() {
      const child = spawn("sleep", ["600"]);
      await once(child, "spawn");
      starts.push(child);
      const exited = once(child, "exit").then(([code, signal]) => (signal ? `signal ${signal}` : `exit code ${code}`));
      return {
        exited,
        async stop() {
          child.kill("SIGTERM");
          await exited;
        },
      };
    },
  };
}

const atOnce = () => 0;

describe("a part of the city that dies", () => {
  it("is started again, and the person at the terminal is told", async () => {
    const part = waitingPart();
    const said: string[] = [];
    const end = await supervise(part, { say: (sentence) => said.push(sentence), delayMs: atOnce });
    part.starts[0]?.kill("SIGKILL");
    await vi.waitFor(() => expect(said).toHaveLength(2));
    expect(said).toEqual(["waiter stopped (signal SIGKILL); it is being started again.", "waiter is back."]);
    await end();
    expect(part.starts).toHaveLength(2);
    expect(part.starts[1]?.signalCode).toBe("SIGTERM");
    expect(said).toHaveLength(2);
  });

  it("is left alone after a bounded number of starts", async () => {
    const part = waitingPart();
    const said: string[] = [];
    const killing: Part = {
      name: part.name,
      async start() {
        const running = await part.start();
        part.starts.at(-1)?.kill("SIGKILL");
        return running;
      },
    };
    const end = await supervise(killing, { say: (sentence) => said.push(sentence), delayMs: atOnce });
    await vi.waitFor(() => expect(said.at(-1)).toMatch(/^waiter stays down after \d+ starts; stop the city/));
    expect(part.starts).toHaveLength(mostAttempts + 1);
    await end();
  });

  it("is tried again when a start fails", async () => {
    const part = waitingPart();
    const said: string[] = [];
    let refusals = 2;
    const reluctant: Part = {
      name: part.name,
      start: async () => {
        if (part.starts.length > 0 && refusals-- > 0) throw new Error("not yet");
        return await part.start();
      },
    };
    const end = await supervise(reluctant, { say: (sentence) => said.push(sentence), delayMs: atOnce });
    part.starts[0]?.kill("SIGKILL");
    await vi.waitFor(() => expect(said.at(-1)).toBe("waiter is back."));
    expect(said).toContain("waiter stopped (not yet); it is being started again.");
    await end();
  });

  it("is not brought back once it was ended on purpose", async () => {
    const part = waitingPart();
    const end = await supervise(part, { say: () => {}, delayMs: () => 600_000 });
    part.starts[0]?.kill("SIGKILL");
    await once(part.starts[0] as ChildProcess, "exit");
    await end();
    expect(part.starts).toHaveLength(1);
  });

  it("is not watched when it never ran", async () => {
    const never: Part = { name: "never", start: () => Promise.reject(new Error("no")) };
    await expect(supervise(never, { say: () => {} })).rejects.toThrow("no");
  });
});
