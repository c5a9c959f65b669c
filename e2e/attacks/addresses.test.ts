/** Attacks of a company that lets the address of its subgraph lead into the city's own network. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import { Pool } from "undici";
import { connector, pinnedLookup, publicLookup } from "../../gateway/boundary/addresses.ts";
import { attack, worked } from "./support/attack.ts";

/** Connects to wherever a name leads. */
type Connect = (origin: string, resolve: LookupFunction) => Pool;

/** As the gateway connects: a name is forgotten when a connection fails. */
const guarded: Connect = (origin, resolve) => {
  const { lookup, forget } = pinnedLookup(publicLookup(resolve));
  return new Pool(origin, { connect: connector(500, lookup, false) }).on("connectionError", forget);
};
const careless: Connect = (origin, resolve) => new Pool(origin, { connect: connector(500, resolve, true) });

const byName = {
  against: "connections that lead wherever a name or an address says",
  real: () => guarded,
  weak: () => careless,
};

/** A name server that says these addresses, one set after the other, and then the last for ever. */
function saying(...answers: readonly (readonly string[])[]): LookupFunction {
  let asked = 0;
  return (_name, { all }, callback) => {
    const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    if (all) callback(null, found);
    else callback(null, found[0]?.address ?? "", found[0]?.family);
  };
}

/** Asks a server inside, which answers with a secret, by some way to name it. */
async function reach(connect: Connect, host: string, resolve: LookupFunction, times = 1): Promise<string> {
  const inside = createServer((_request, response) => response.end("4711")).listen(0, "127.0.0.1");
  await once(inside, "listening");
  const pool = connect(`http://${host}:${(inside.address() as AddressInfo).port}`, resolve);
  const attempt = async () => {
    try {
      const { body } = await pool.request({ method: "GET", path: "/" });
      return (await body.text()) === "4711" ? worked : "something else";
    } catch (error) {
      return String(Reflect.get(Object(error), "code"));
    }
  };
  let end = await attempt();
  for (let more = 1; more < times; more += 1) end = await attempt();
  await pool.destroy();
  inside.close();
  return end;
}

attack("its name leads to an address inside the city", {
  ...byName,
  attempt: (connect) => reach(connect, "water.example", saying(["127.0.0.1"])),
  meets: "INTERNAL_ADDRESS",
});

attack("its name leads to an address inside the city and to one outside", {
  ...byName,
  attempt: (connect) => reach(connect, "water.example", saying(["127.0.0.1", "1.1.1.1"])),
  meets: "INTERNAL_ADDRESS",
});

attack("its name leads outside when it is looked at, and inside when it is called again", {
  ...byName,
  attempt: (connect) => reach(connect, "water.example", saying(["::ffff:1.1.1.1"], ["127.0.0.1"]), 2),
  meets: "INTERNAL_ADDRESS",
});

attack("its address is one of the city's, in the form of IPv6", {
  ...byName,
  attempt: (connect) => reach(connect, "[::ffff:127.0.0.1]", saying()),
  meets: "INTERNAL_ADDRESS",
});

attack("its address is one of the city's, written as one number", {
  ...byName,
  attempt: (connect) => reach(connect, "2130706433", saying()),
  meets: "INTERNAL_ADDRESS",
});

attack("it gives the name by which every machine calls itself", {
  ...byName,
  attempt: (connect) => reach(connect, "localhost", saying(["127.0.0.1"])),
  meets: "INTERNAL_ADDRESS",
});
