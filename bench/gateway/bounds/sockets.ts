/** Subgraph fetches over raw sockets: the least that HTTP/1.1 allows, for answers with a content-length. */
import { connect, type Socket } from "node:net";
import type { FetchText } from "./server.ts";

const endOfHead = Buffer.from("\r\n\r\n");

export function socketFetch(): FetchText {
  const idle = new Map<string, Socket[]>();
  return ({ origin, path, body }, authorization) => {
    const free = idle.get(origin) ?? [];
    idle.set(origin, free);
    const host = origin.slice("http://".length);
    const socket = free.pop() ?? connectTo(host);
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
        `authorization: ${authorization}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    return readAnswer(socket, () => free.push(socket));
  };
}

function connectTo(host: string): Socket {
  const [name, port] = host.split(":");
  return connect(Number(port), name).setNoDelay(true);
}

function readAnswer(socket: Socket, done: () => void): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let received: Buffer = Buffer.alloc(0);
  const read = (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const bodyStart = received.indexOf(endOfHead) + endOfHead.length;
    if (bodyStart < endOfHead.length) return;
    const length = /content-length: (\d+)/i.exec(received.toString("latin1", 0, bodyStart))?.[1];
    if (received.length < bodyStart + Number(length)) return;
    socket.off("data", read);
    socket.off("error", reject);
    done();
    resolve(received.toString("utf8", bodyStart));
  };
  socket.on("data", read);
  socket.once("error", reject);
  return promise;
}
