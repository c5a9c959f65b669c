/**
 * `/graphql` over WebSocket, by the protocol `graphql-transport-ws`: subscriptions, queries and mutations.
 *
 * The access token comes in the payload of the first message (`authorization`), or in the header of the
 * handshake; with it comes the proof of its key (`dpop`), made for a GET of the graph's address, and the purpose of a
 * caseworker (`huimin-purpose`), which is that of the whole socket. A fresh token comes in the payload of a ping, which the
 * protocol leaves to both sides; the pong says until when it is good, or why it is not taken. It must be of the same
 * citizen and the same client.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { FastifyInstance } from "fastify";
import { handleProtocols, MessageType, type Server } from "graphql-ws";
import { type WebSocket, WebSocketServer } from "ws";
import { HuiminError } from "../../trust/errors.ts";
import type { RequestLog } from "../admission/admit.ts";
import type { Enter } from "../admission/entrance.ts";
import type { Revocations } from "../admission/revocations.ts";
import { errorsOf } from "../answer.ts";
import type { CarryOut } from "../live/outcome.ts";
import { createOperationServer, type Speaker } from "./websocket-operations.ts";
import { SocketSession } from "./websocket-session.ts";

export interface SocketParts {
  readonly enter: Enter;
  readonly carryOut: CarryOut;
  /** Whether whoever was admitted is refused by now; nobody is unless given. */
  readonly revocations?: Pick<Revocations, "refusalOf" | "onChange"> | undefined;
  /** Whether pages of this origin may connect. Programs that are no browsers send none and always may. */
  readonly isOriginAllowed: (origin: string) => boolean;
  readonly log: RequestLog;
}

const limits = {
  /** Sockets of this process, and of one citizen in it. */
  sockets: 10_000,
  socketsOfOne: 10,
  /** Largest message of a client, in bytes: that of a request's body. */
  message: 256 * 1024,
  /** Messages of one socket between two pings of ours. */
  messages: 200,
} as const;

/** All in milliseconds. */
const pace = { ping: 12_000, graceOfToken: 30_000, close: 1_000 } as const;

/** WebSocket close codes of RFC 6455, section 7.4.1. */
const closeCodes = { goingAway: 1001, policy: 1008, internal: 1011 } as const;

/** Adds WebSocket to the server, and closes all sockets with it. Subscriptions are to be ended before. */
export function addGraphQLSocket(app: FastifyInstance, parts: SocketParts): void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.message,
    handleProtocols: (protocols) => handleProtocols(protocols),
    perMessageDeflate: false,
  });
  const server = createOperationServer(parts.carryOut);
  const ofOne = new Map<string, number>();
  const sessions = new Map<WebSocket, SocketSession>();
  const { revocations } = parts;
  revocations?.onChange(() => {
    for (const [socket, session] of sessions) {
      const refusal = session.refusedBy(revocations);
      if (refusal) socket.close(closeCodes.policy, refusal);
    }
  });
  app.server.on("upgrade", (request: IncomingMessage, raw: Duplex, head: Buffer) => {
    const status = refusalOf(request, sockets.clients.size, parts);
    if (status) raw.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`);
    else {
      sockets.handleUpgrade(request, raw, head, (socket) => {
        sessions.set(socket, serve(socket, request, server, ofOne, parts));
        socket.once("close", () => sessions.delete(socket));
      });
    }
  });
  app.addHook("preClose", () => closeAll(sockets));
}

function refusalOf(
  { url = "", headers: { origin } }: IncomingMessage,
  open: number,
  { isOriginAllowed }: SocketParts,
): string | undefined {
  if (url.split("?", 1)[0] !== "/graphql") return "404 Not Found";
  if (origin !== undefined && !isOriginAllowed(origin)) return "403 Forbidden";
  return open >= limits.sockets ? "503 Service Unavailable" : undefined;
}

function serve(
  socket: WebSocket,
  request: IncomingMessage,
  server: Server<Speaker>,
  ofOne: Map<string, number>,
  { enter, log }: SocketParts,
): SocketSession {
  const { url = "", headers } = request;
  const address = request.socket.remoteAddress ?? "";
  const session = new SocketSession(enter, { method: "GET", url, headers, address });
  let leave = () => {};
  const admitted = () => {
    if (socket.readyState !== socket.OPEN) throw new HuiminError("UNAUTHENTICATED");
    leave = countSocket(session, ofOne);
  };
  const close = (code: number, reason: string) => socket.close(code, reason);
  const send = (text: string) => sendText(socket, text);
  const watch = watchSocket(socket, session);
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send,
      close: (code = closeCodes.internal, reason = "") => close(code, reason),
      onMessage: (take) => {
        socket.on("message", (data) => {
          if (!watch.mayReceive()) return close(closeCodes.policy, "too many messages");
          take(String(data)).catch((error: unknown) => {
            log.error({ err: error }, "a message of a socket failed");
            close(closeCodes.internal, "internal error");
          });
        });
      },
      onPing: async (payload) => {
        const said = await renewed(session, payload);
        await send(JSON.stringify({ type: MessageType.Pong, ...(said && { payload: said }) }));
      },
    },
    { session, log, admitted, close },
  );
  socket.on("error", (error) => log.debug({ err: error }, "a socket broke"));
  socket.once("close", (code, reason) => {
    watch.stop();
    leave();
    closed(code, String(reason)).catch((error: unknown) => log.error({ err: error }, "a socket did not end well"));
  });
  return session;
}

/** Resolves when the text has gone to the system, so that a slow reader holds up whoever writes. */
async function sendText(socket: WebSocket, text: string): Promise<void> {
  if (socket.readyState !== socket.OPEN) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  // What cannot be sent has its socket closed; nobody else need know.
  socket.send(text, () => resolve());
  await promise;
}

async function renewed(session: SocketSession, payload: unknown): Promise<object | undefined> {
  try {
    const expiresAt = await session.renew(payload);
    return expiresAt === undefined ? undefined : { expiresAt };
  } catch (error) {
    return { errors: errorsOf(error) };
  }
}

/** @returns the function that counts it out again */
function countSocket({ admission: { admitted } }: SocketSession, ofOne: Map<string, number>): () => void {
  if (admitted.kind !== "signed in") return () => {};
  const { subject } = admitted.caller;
  const count = ofOne.get(subject) ?? 0;
  if (count >= limits.socketsOfOne) throw new HuiminError("TOO_MANY_SUBSCRIPTIONS");
  ofOne.set(subject, count + 1);
  return () => {
    const left = (ofOne.get(subject) ?? 1) - 1;
    if (left > 0) ofOne.set(subject, left);
    else ofOne.delete(subject);
  };
}

/** Asks again and again whether the other side is there, and ends sockets that are dead, forgotten or mad. */
function watchSocket(socket: WebSocket, session: SocketSession) {
  let isAlive = true;
  let received = 0;
  socket.on("pong", () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    received = 0;
    if (!isAlive) return socket.terminate();
    if (session.isOver(pace.graceOfToken)) return socket.close(closeCodes.policy, "TOKEN_EXPIRED");
    isAlive = false;
    socket.ping();
  }, pace.ping);
  return {
    mayReceive: () => {
      received += 1;
      return received <= limits.messages;
    },
    stop: () => clearInterval(timer),
  };
}

async function closeAll(sockets: WebSocketServer): Promise<void> {
  const timer = setTimeout(() => {
    for (const socket of sockets.clients) socket.terminate();
  }, pace.close);
  for (const socket of sockets.clients) socket.close(closeCodes.goingAway, "the gateway stops");
  const { promise, resolve } = Promise.withResolvers<void>();
  sockets.close(() => resolve());
  await promise;
  clearTimeout(timer);
}
