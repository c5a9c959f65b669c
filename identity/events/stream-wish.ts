/** What a receiver may say of its stream when it creates or changes it (SSF 1.0, 8.1.1). */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { KeyEncryptionKeys } from "../keys/sealing.ts";
import { isOnThisMachine } from "../provider/outbound.ts";
import { sealAuthorization } from "./push-authorization.ts";
import { deliveredOf, type Receiver, type Stream, type StreamWish, verificationInterval } from "./streams.ts";

/** Delivery methods (SSF 1.0, 6.1). */
export const deliveryMethods = { push: "urn:ietf:rfc:8935", poll: "urn:ietf:rfc:8936" } as const;

/** Where receivers poll, under the issuer. */
export const pollPath = "/events/poll";

const delivery = z.discriminatedUnion("method", [
  z.strictObject({ method: z.literal(deliveryMethods.poll), endpoint_url: z.string().max(500).optional() }),
  z.strictObject({
    method: z.literal(deliveryMethods.push),
    endpoint_url: z.string().max(500),
    authorization_header: z
      .string()
      .regex(/^[\x21-\x7e][\x20-\x7e]{0,3999}$/, "must be a value of the header Authorization")
      .optional(),
  }),
]);

const wish = z.looseObject({
  delivery: delivery.optional(),
  events_requested: z.array(z.string().min(1).max(300)).max(50).optional(),
  description: z.string().max(500).optional(),
});

/** What is not ours to fulfil; `message` is for the receiver's developer. */
export class WishRefused extends Error {
  override readonly name = "WishRefused";
}

export interface WishParts {
  readonly issuer: string;
  readonly sealers: KeyEncryptionKeys;
}

/** A stream that nobody has said anything of: polled for, all that the operator allows. */
export const plainWish: StreamWish = {
  eventsRequested: null,
  description: null,
  endpointUrl: null,
  sealedAuthorization: null,
};

/** A stream as receivers see it. The header for pushes is not shown again, as no secret is. */
export function configurationOf(issuer: string, receiver: Receiver, stream: StreamWish & Pick<Stream, "id">) {
  const { eventsRequested, description, endpointUrl } = stream;
  return {
    stream_id: stream.id,
    iss: issuer,
    aud: receiver.clientId,
    delivery:
      endpointUrl === null
        ? { method: deliveryMethods.poll, endpoint_url: issuer + pollPath }
        : { method: deliveryMethods.push, endpoint_url: endpointUrl },
    events_supported: deliveredOf(receiver, plainWish),
    ...(eventsRequested !== null && { events_requested: eventsRequested }),
    events_delivered: deliveredOf(receiver, stream),
    min_verification_interval: verificationInterval,
    ...(description !== null && { description }),
  };
}

const transmitterSupplied = [
  "iss",
  "aud",
  "events_supported",
  "events_delivered",
  "min_verification_interval",
] as const;

/** @throws WishRefused when a receiver says otherwise of what the transmitter alone says (8.1.1.3, 8.1.1.4) */
export function checkTransmitterSupplied(
  body: Readonly<Record<string, unknown>>,
  configuration: ReturnType<typeof configurationOf>,
): void {
  for (const name of transmitterSupplied) {
    const isSaid = body[name] !== undefined && !isDeepStrictEqual(body[name], configuration[name]);
    if (isSaid) throw new WishRefused(`${name} is the transmitter's to say, and it is not that.`);
  }
}

/**
 * Reads what a receiver wants.
 *
 * @param before what holds where it says nothing
 * @throws WishRefused when it cannot be had
 */
export async function readWish(
  { issuer, sealers }: WishParts,
  receiver: Receiver,
  streamId: string,
  body: unknown,
  before: StreamWish,
): Promise<StreamWish> {
  const { data, error } = wish.safeParse(body);
  if (!data) throw new WishRefused(`The configuration is not valid: ${whereOf(error)}.`);
  const { events_requested: eventsRequested, description, delivery: asked } = data;
  const wished: StreamWish = {
    ...before,
    ...(eventsRequested !== undefined && { eventsRequested }),
    ...(description !== undefined && { description }),
    ...(asked && (await readDelivery({ issuer, sealers }, streamId, asked))),
  };
  checkDelivery(receiver, wished);
  return wished;
}

function whereOf({ issues: [first] }: z.ZodError): string {
  return first ? `${first.path.join(".") || "the body"}: ${first.message}` : "the body";
}

/** The delivery as a whole: what it said before of where and with what header is over. */
async function readDelivery(
  { issuer, sealers }: WishParts,
  streamId: string,
  asked: z.infer<typeof delivery>,
): Promise<Pick<StreamWish, "endpointUrl" | "sealedAuthorization">> {
  if (asked.method === deliveryMethods.poll) {
    const isOurs = asked.endpoint_url === undefined || asked.endpoint_url === issuer + pollPath;
    if (!isOurs) throw new WishRefused("Where events are polled for is the transmitter's to say.");
    return { endpointUrl: null, sealedAuthorization: null };
  }
  const { endpoint_url: endpointUrl, authorization_header: header } = asked;
  if (!mayPushTo(issuer, endpointUrl))
    throw new WishRefused("endpoint_url must be an https URL, without user or fragment.");
  const sealedAuthorization = header === undefined ? null : await sealAuthorization(streamId, header, sealers);
  return { endpointUrl, sealedAuthorization };
}

/** Whether the address leads into a private network shows when it is called. */
function mayPushTo(issuer: string, address: string): boolean {
  const url = URL.parse(address);
  if (url?.username !== "" || url.password !== "" || url.hash !== "") return false;
  return url.protocol === "https:" || isOnThisMachine(issuer, address);
}

/** @throws WishRefused when the operator does not allow this way of delivery */
function checkDelivery({ delivery: allowed }: Receiver, { endpointUrl }: StreamWish): void {
  const way = endpointUrl === null ? "poll" : "push";
  if (!allowed.includes(way)) throw new WishRefused(`The operator does not allow delivery by ${way}.`);
}
