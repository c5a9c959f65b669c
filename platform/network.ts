/** Where a try comes from, as coarse as one subscriber to a network is. */

const mappedIpv4 = /^::ffff:(?=\d+\.)/i;

/**
 * The network of an IP address: an IPv4 address itself, of an IPv6 address its first 64 bits. A subscriber has at
 * least so many addresses (RFC 6177, 2) and could come from another one each time.
 */
export function networkOf(address: string): string {
  const plain = address.replace(mappedIpv4, "");
  if (!plain.includes(":")) return plain;
  const [left = [], right = []] = plain.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  return [...left, ...zeros, ...right].slice(0, 4).join(":");
}
