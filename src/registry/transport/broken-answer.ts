// Reads refusals that break the rules of HTTP, as one whose lines end in LF alone. Such an answer is never good
// for a digest, but a refusal must be heeded all the same, above all one that asks to be left alone for a while.

import type { Socket } from "node:net";
import type { HttpHeaders } from "./headers.ts";

/** A refusal that was written in broken HTTP. */
export interface BrokenAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Buffer;
}

/** Knows what was read last from a connection, by the error that ended it. */
export interface BrokenAnswers {
  watch(socket: Socket): void;
  /** The refusal that an error was made of; undefined for other errors, and for an answer that is none. */
  behind(error: unknown): BrokenAnswer | undefined;
}

/** Makes a memory for the answers of one transport. */
export function createBrokenAnswers(): BrokenAnswers {
  const read = new WeakMap<Error, Buffer>();
  return {
    watch(socket) {
      let last: Buffer | undefined;
      const take = socket.read.bind(socket);
      // undici reads from the socket itself, and keeps nothing of what its parser refuses.
      socket.read = (size?: number) => {
        const chunk: unknown = take(size);
        if (Buffer.isBuffer(chunk)) last = chunk;
        return chunk;
      };
      socket.once("error", (error) => {
        // A connection that breaks for another reason was read from, too: the answer before was another's.
        if (last !== undefined && isOfParser(error)) read.set(error, last);
      });
    },
    behind(error) {
      if (!(error instanceof Error)) return undefined;
      const bytes = read.get(error);
      return bytes && readRefusal(bytes);
    },
  };
}

function isOfParser(error: Error): boolean {
  if (error.name === "HTTPParserError") return true;
  return "code" in error && error.code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH";
}

const REFUSAL = /^HTTP\/1\.[01] (?<status>[345]\d\d)(?=[ \r\n])/;
const HEADER = /^(?<name>[\w!#$%&'*+.^`|~-]+)[ \t]*:(?<value>.*)$/;
const END_OF_HEAD = /\r?\n\r?\n/;
const HEAD_BYTES_MAX = 32_768;

function readRefusal(bytes: Buffer): BrokenAnswer | undefined {
  const text = bytes.subarray(0, HEAD_BYTES_MAX).toString("latin1");
  const status = REFUSAL.exec(text)?.groups?.status;
  if (status === undefined) return undefined;
  const end = END_OF_HEAD.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  const headers = readHeaders(head.split(/\r?\n/).slice(1));
  // What is in chunks would have to be read by somebody who trusts their lengths.
  const isPlain = headers["transfer-encoding"] === undefined && headers["content-encoding"] === undefined;
  const body = end === null || !isPlain ? Buffer.alloc(0) : bytes.subarray(end.index + end[0].length);
  return { status: Number(status), headers, body };
}

function readHeaders(lines: readonly string[]): HttpHeaders {
  const headers: Record<string, readonly string[]> = Object.create(null);
  for (const line of lines) {
    const { name = "", value = "" } = HEADER.exec(line)?.groups ?? {};
    const key = name.toLowerCase();
    if (key !== "") headers[key] = [...(headers[key] ?? []), value.trim()];
  }
  return headers;
}
