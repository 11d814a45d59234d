import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import type { Dispatcher } from "undici";
import { Failure } from "./failure.ts";
import { headerMembers } from "./headers.ts";

/** What bounds a body. */
export interface BodyLimits {
  /** For messages. */
  readonly host: string;
  /** A good answer may have no more, packed or unpacked; of a bad one the beginning is enough. */
  readonly bytesMax: number;
  /** Waits for room for so many bytes, and returns how to give it back. */
  readonly reserve: (bytes: number) => Promise<() => void>;
}

/** Reads the body of an answer whole, unpacked; a long one when there is room for it beside others. */
export async function readBody(answer: Dispatcher.ResponseData, limits: BodyLimits): Promise<Buffer> {
  const good = answer.statusCode === 200;
  const bytesMax = good ? limits.bytesMax : SHORT;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let leave: (() => void) | undefined;
  try {
    for await (const chunk of answer.body) {
      bytes += chunk.length;
      if (bytes > SHORT && bytesMax > SHORT) leave ??= await limits.reserve(roomFor(answer, bytesMax));
      chunks.push(chunk);
      if (bytes > bytesMax) break;
    }
    if (bytes > bytesMax && good) throw tooLarge(limits);
    const body = Buffer.concat(chunks);
    // The answer to a HEAD tells how a GET's body would be packed, and has none.
    if (bytes === 0) return body;
    const encodings = headerMembers(answer.headers, "content-encoding");
    // A few bytes may unpack to many.
    if (encodings.length > 0 && bytesMax > SHORT) leave ??= await limits.reserve(bytesMax);
    return await (good ? decode(body, encodings, limits) : decodeRefusal(body, encodings, limits));
  } finally {
    leave?.();
  }
}

/** Bytes that are read without asking for room, as nearly all answers are, and those that say what is wrong. */
const SHORT = 65_536;

/** The bytes that it may come to: what does not say so, or unpacks, may come to all that is allowed. */
function roomFor({ headers }: Dispatcher.ResponseData, bytesMax: number): number {
  const length = Number(headers["content-length"] ?? Number.NaN);
  const isPlain = headers["content-encoding"] === undefined;
  return isPlain && length <= bytesMax ? length : bytesMax;
}

type Decode = (body: Buffer, limit: { maxOutputLength: number }) => Promise<Buffer>;

// Few answers are packed, so zlib is loaded when one is.
const DECODERS: ReadonlyMap<string, () => Decode> = new Map([
  ["gzip", () => promisify(gunzip)],
  ["x-gzip", () => promisify(gunzip)],
  ["deflate", () => promisify(inflate)],
  ["br", () => promisify(brotliDecompress)],
]);

/** The words of a refusal, or none where they can't be unpacked: what it means is in its status. */
async function decodeRefusal(
  body: Buffer,
  encodings: readonly string[],
  limits: BodyLimits,
): Promise<Buffer> {
  try {
    return await decode(body, encodings, { ...limits, bytesMax: SHORT });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return Buffer.alloc(0);
  }
}

// Identity was asked for; some caches compress all the same.
async function decode(body: Buffer, encodings: readonly string[], limits: BodyLimits): Promise<Buffer> {
  let plain = body;
  // What was packed last is unpacked first.
  for (const encoding of encodings.toReversed()) plain = await decodeOnce(plain, encoding, limits);
  return plain;
}

async function decodeOnce(body: Buffer, encoding: string, limits: BodyLimits): Promise<Buffer> {
  if (encoding === "identity") return body;
  const decoder = DECODERS.get(encoding)?.();
  if (decoder === undefined) {
    throw new Failure("not-a-registry", { host: limits.host, detail: "an unknown content encoding" });
  }
  try {
    return await decoder(body, { maxOutputLength: limits.bytesMax });
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE")
      throw tooLarge(limits);
    throw new Failure("not-a-registry", {
      host: limits.host,
      detail: "a broken content encoding",
      cause,
    });
  }
}

function tooLarge(limits: BodyLimits): Failure {
  return new Failure("too-large", { host: limits.host, detail: `more than ${limits.bytesMax} bytes` });
}
