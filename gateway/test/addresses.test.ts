import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { describe, expect, it } from "vitest";
import { InternalAddressError, isInternal, pinnedLookup, publicLookup } from "../boundary/addresses.ts";

/** A name that leads to each of these in turn. */
function leadingTo(...answers: readonly (readonly string[])[]): { readonly resolve: LookupFunction; times(): number } {
  let times = 0;
  return {
    times: () => times,
    resolve: (_hostname, _options, callback) => {
      const addresses = (answers[times] ?? answers.at(-1) ?? []).map((address) => ({ address, family: 4 }));
      times += 1;
      callback(null, addresses);
    },
  };
}

const look = (lookup: LookupFunction) =>
  new Promise<string[]>((resolve, reject) => {
    lookup("water.example", { all: true }, (error, found) =>
      error ? reject(error) : resolve((found as LookupAddress[]).map(({ address }) => address)),
    );
  });

describe("an address", () => {
  it.each(
    "127.0.0.1 10.1.2.3 172.31.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 [::1] :: fd00::1 fe80::1 ::ffff:127.0.0.1 [::ffff:7f00:1] 64:ff9b::a00:1 2002:a00:1::".split(
      " ",
    ),
  )("is inside: %s", (address) => expect(isInternal(address)).toBe(true));

  it.each("1.1.1.1 172.32.0.1 100.128.0.1 [2606:4700::1] ::ffff:1.1.1.1 water.example".split(" "))(
    "is outside, or not known: %s",
    (address) => expect(isInternal(address)).toBe(false),
  );
});

describe("the name of a company's subgraph", () => {
  it("is refused when any of its addresses is inside", async () => {
    const { resolve } = leadingTo(["1.1.1.1", "10.0.0.1"]);
    await expect(look(publicLookup(resolve))).rejects.toThrow(InternalAddressError);
  });

  it("is resolved once for all connections, until one fails", async () => {
    const { resolve, times } = leadingTo(["1.1.1.1"], ["1.0.0.1"], ["10.0.0.1"]);
    const { lookup, forget } = pinnedLookup(publicLookup(resolve));
    expect(await Promise.all([look(lookup), look(lookup)])).toEqual([["1.1.1.1"], ["1.1.1.1"]]);
    expect(await look(lookup)).toEqual(["1.1.1.1"]);
    expect(times()).toBe(1);
    forget();
    expect(await look(lookup)).toEqual(["1.0.0.1"]);
    forget();
    await expect(look(lookup)).rejects.toThrow(InternalAddressError);
    expect(times()).toBe(3);
  });
});
