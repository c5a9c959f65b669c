/**
 * Where a connection to a subgraph leads. A name is resolved once and kept until a connection fails, so that whoever
 * owns the name cannot lead the gateway elsewhere between one call and the next; and the name of a company's subgraph
 * may not lead into the city's own network, to a neighbour or to the metadata service of a cloud.
 */
import { lookup as systemLookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { buildConnector } from "undici";

/** A company's subgraph is said to be where no company can be. Its code stands in the log. */
export class InternalAddressError extends Error {
  override readonly name = "InternalAddressError";
  readonly code = "INTERNAL_ADDRESS";

  constructor() {
    super("a company's subgraph has an internal address");
  }
}

/** What is not on the public internet (IANA's registries of special-purpose addresses; RFC 6890). */
const internalNetworks = [
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24",
  "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4",
  "::/128 ::1/128 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/32 2002::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8",
].flatMap((line) => line.split(" "));

const internal = new BlockList();
for (const network of internalNetworks) {
  const [address = "", prefix] = network.split("/");
  internal.addSubnet(address, Number(prefix), isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** Whether an IP address, bare or in the brackets of a URL, is not on the public internet. Of a name it is not known. */
export function isInternal(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, "");
  const family = isIP(address);
  return family !== 0 && internal.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** Resolves a name with no internal address among its own; fails with InternalAddressError. */
export function publicLookup(resolve: LookupFunction = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, options, (error, found, family) => {
      const addresses = typeof found === "string" ? [found] : (found ?? []).map(({ address }) => address);
      if (!error && addresses.some(isInternal)) callback(new InternalAddressError(), []);
      else callback(error, found, family);
    });
  };
}

/** Resolves the name of one host once, until it is told to forget. */
export function pinnedLookup(resolve: LookupFunction): { readonly lookup: LookupFunction; forget(): void } {
  let pinned: Promise<Parameters<Parameters<LookupFunction>[2]>[1]> | undefined;
  const lookup: LookupFunction = (hostname, { all: _all, ...options }, callback) => {
    pinned ??= new Promise((found, fail) => {
      resolve(hostname, { ...options, all: true }, (error, addresses) => (error ? fail(error) : found(addresses)));
    });
    pinned.then(
      (addresses) => callback(null, addresses),
      (error) => {
        pinned = undefined;
        callback(error, []);
      },
    );
  };
  return {
    lookup,
    forget: () => {
      pinned = undefined;
    },
  };
}

/** Makes connections to wherever `lookup` says; to an address in the place of a name only as it may be. */
export function connector(timeout: number, lookup: LookupFunction, mayBeInternal: boolean): buildConnector.connector {
  const connect = buildConnector({ timeout, lookup });
  if (mayBeInternal) return connect;
  return (options, callback) => {
    if (isInternal(options.hostname)) callback(new InternalAddressError(), null);
    else connect(options, callback);
  };
}

/** The lookup for a subgraph. */
export function lookupFor(mayBeInternal: boolean): LookupFunction {
  return mayBeInternal ? systemLookup : publicLookup();
}

/** A city on one machine, where somebody tries things out, has its companies beside it. */
export function isOnThisMachine(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && (hostname === "localhost" || hostname.endsWith(".localhost"));
}
