/** What can be wrong with a registry's answer, one row a kind. */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { deflateRawSync, gzipSync } from "node:zlib";
import { secretForms } from "../support/secret-forms.ts";

/** What a tag means. */
export interface Content {
  readonly repository: string;
  readonly body: string;
  readonly digest: string;
}

/** A request for a manifest, and what is known of it. */
export interface Ask {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly content: Content;
  /** How many requests for the same repository came before. */
  readonly before: number;
  /** Where another host has the same content. */
  readonly elsewhere: string;
  /** A port at which nobody listens. */
  readonly closedPort: number;
  /** From 0 to 1, the same for the same image. */
  readonly chance: number;
}

/** A kind of fault. */
export interface Fault {
  readonly name: string;
  readonly answer: (ask: Ask) => void;
  /** Whether what comes of it depends on time, or on the order of answers, by design: a limit stops a whole host. */
  readonly isUnsettled?: true;
  /**
   * Whether it may look as if nobody were there: after two images of a host of which that is true, how often the next are tried
   * depends on whether the host has answered meanwhile.
   */
  readonly isMute?: true;
  /** Another digest that the registry itself stands for, where its headers are trusted. */
  readonly named?: (content: Content) => string;
}

/** What a repository and a tag mean. */
export function contentOf(repository: string, tag: string): Content {
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: [],
    annotations: { repository, tag },
  });
  return { repository, body, digest: digestOf(body) };
}

/** The answer of a good registry. */
export function answerWell({ request, response, content }: Ask): void {
  answer(response, 200, { ...headersOf(content) }, request.method === "HEAD" ? undefined : content.body);
}

const INDEX = "application/vnd.oci.image.index.v1+json";
const OTHER = `sha256:${"0".repeat(63)}1`;

function digestOf(body: string | Buffer): string {
  return `sha256:${createHash("sha256").update(body).digest("hex")}`;
}

function headersOf({ body, digest }: Content): Record<string, string | number> {
  return {
    "content-type": INDEX,
    "content-length": Buffer.byteLength(body),
    "docker-content-digest": digest,
  };
}

function answer(response: ServerResponse, status: number, headers: object, body?: string | Buffer): void {
  response.writeHead(status, { ...headers });
  response.end(body);
}

/** Bytes that Node's own server would not send. */
function sendRaw({ response }: Ask, text: string): void {
  response.socket?.end(text);
}

function refuse({ response }: Ask, status: number, code: string, message = "no"): void {
  answer(
    response,
    status,
    { "content-type": "application/json" },
    JSON.stringify({ errors: [{ code, message }] }),
  );
}

/** By HEAD one thing, by GET another. */
function split(head: Fault["answer"], get: Fault["answer"]): Fault["answer"] {
  return (ask) => (ask.request.method === "HEAD" ? head(ask) : get(ask));
}

/** So often one thing, then a good answer. */
function atFirst(times: number, fail: Fault["answer"]): Fault["answer"] {
  return (ask) => (ask.before < times ? fail(ask) : answerWell(ask));
}

const withoutDigest: Fault["answer"] = ({ request, response, content: { body } }) =>
  answer(response, 200, { "content-type": INDEX }, request.method === "HEAD" ? undefined : body);

const status =
  (code: number, headers: object = {}): Fault["answer"] =>
  ({ response }) =>
    answer(response, code, headers);

const redirect =
  (to: (ask: Ask) => string): Fault["answer"] =>
  (ask) =>
    answer(ask.response, ask.chance < 0.5 ? 307 : 302, { location: to(ask) });

const body =
  (make: (content: Content) => string | Buffer, headers: object = {}): Fault["answer"] =>
  ({ response, content }) =>
    answer(response, 200, { "content-type": INDEX, ...headers }, make(content));

const hangUp: Fault["answer"] = ({ request }) => void request.socket.destroy();
// A socket of TLS knows no reset.
const reset: Fault["answer"] = ({ request: { socket } }) =>
  void ("encrypted" in socket ? socket.destroy() : socket.resetAndDestroy());

/** All that was sent to prove who asks, as it came and unpacked, in one of the forms in which programs write it. */
function loginIn({ request, chance }: Ask): string {
  const sent = request.headers.authorization ?? "";
  const [, plain = ""] = Buffer.from(sent.replace(/^Basic /, ""), "base64")
    .toString()
    .split(":");
  const [, write] = secretForms[Math.floor(chance * secretForms.length)] ?? ["", String];
  return `${sent} ${write(plain)} ${write(sent.replace(/^\w+ /, ""))}`;
}

const cut = (text: string) => text.slice(0, text.length / 2);
const flipped = ({ body: text }: Content) => text.replace("repository", "Repository");

/** Every kind. */
export const faults: readonly Fault[] = [
  { name: "HEAD without a digest", answer: split(withoutDigest, answerWell) },
  { name: "no digest at all", answer: withoutDigest },
  { name: "HEAD is not allowed", answer: split(status(405), answerWell) },
  { name: "HEAD finds nothing", answer: split(status(404), answerWell) },
  { name: "HEAD fails", answer: split(status(500), answerWell) },
  { name: "HEAD hangs up", answer: split(hangUp, answerWell), isMute: true },
  {
    name: "HEAD and GET name two digests",
    answer: split(
      ({ response }) => answer(response, 200, { "content-type": INDEX, "docker-content-digest": OTHER }),
      answerWell,
    ),
    named: () => OTHER,
  },
  {
    name: "GET names another digest",
    answer: split(
      withoutDigest,
      body(({ body: text }) => text, { "docker-content-digest": OTHER }),
    ),
  },
  {
    name: "a digest by another algorithm",
    answer: split(
      withoutDigest,
      body(({ body: text }) => text, { "docker-content-digest": `sha512:${"0".repeat(128)}` }),
    ),
  },
  {
    name: "a digest in capitals",
    answer: split(status(200, { "docker-content-digest": `SHA256:${"A".repeat(64)}` }), answerWell),
  },
  {
    name: "a word for a digest",
    answer: split(
      withoutDigest,
      body(({ body: text }) => text, { "docker-content-digest": "latest" }),
    ),
  },
  {
    name: "two digests",
    answer: split(withoutDigest, ({ response, content }) => {
      response.writeHead(200, ["Docker-Content-Digest", content.digest, "Docker-Content-Digest", OTHER]);
      response.end(content.body);
    }),
  },
  {
    name: "a body that breaks off",
    answer: split(withoutDigest, ({ response, content }) => {
      response.writeHead(200, headersOf(content));
      response.write(cut(content.body), () => response.destroy());
    }),
    isMute: true,
  },
  {
    name: "half a body",
    answer: split(withoutDigest, ({ response, content }) =>
      answer(response, 200, { "docker-content-digest": content.digest }, cut(content.body)),
    ),
  },
  {
    name: "a body with a wrong letter",
    answer: split(withoutDigest, ({ response, content }) =>
      answer(
        response,
        200,
        { "content-type": INDEX, "docker-content-digest": content.digest },
        flipped(content),
      ),
    ),
  },
  {
    name: "nothing for a body",
    answer: split(
      withoutDigest,
      body(() => ""),
    ),
  },
  { name: "a page", answer: body(() => "<html>log in</html>", { "content-type": "text/html" }) },
  {
    name: "two types, one a page's",
    answer: ({ response, content }) => {
      response.writeHead(200, [
        "Content-Type",
        "text/html",
        "Content-Type",
        INDEX,
        "Docker-Content-Digest",
        content.digest,
      ]);
      response.end(content.body);
    },
  },
  { name: "a login page behind a redirect", answer: redirect(({ elsewhere }) => `${elsewhere}/login`) },
  {
    name: "a manifest as text",
    answer: split(
      withoutDigest,
      body(({ body: text }) => text, { "content-type": "text/plain" }),
    ),
  },
  {
    name: "schema 1",
    answer: split(
      withoutDigest,
      body(() => '{"schemaVersion": 1, "name": "a"}', { "content-type": "application/json" }),
    ),
  },
  {
    name: "JSON of something else",
    answer: split(
      withoutDigest,
      body(() => '{"token": "x"}'),
    ),
  },
  {
    name: "a packed body",
    answer: split(
      withoutDigest,
      body(({ body: text }) => gzipSync(text), { "content-encoding": "gzip" }),
    ),
  },
  {
    name: "a body packed badly",
    answer: split(
      withoutDigest,
      body(() => "no gzip", { "content-encoding": "gzip" }),
    ),
  },
  {
    name: "a body packed in an unknown way",
    answer: split(
      withoutDigest,
      body(() => "?", { "content-encoding": "x-secret" }),
    ),
  },
  {
    name: "a body that unfolds",
    answer: split(
      withoutDigest,
      body(() => BOMB, { "content-encoding": "gzip" }),
    ),
  },
  { name: "a body without end", answer: split(withoutDigest, flood) },
  { name: "no answer", answer: () => undefined, isUnsettled: true },
  { name: "an answer that drips", answer: split(withoutDigest, drip), isUnsettled: true },
  { name: "hanging up", answer: hangUp, isMute: true },
  { name: "hanging up once", answer: atFirst(1, hangUp), isMute: true },
  { name: "a reset", answer: reset, isMute: true },
  { name: "a reset once", answer: atFirst(1, reset), isMute: true },
  { name: "429 once", answer: atFirst(1, status(429, { "retry-after": "0" })) },
  { name: "429 for an hour", answer: status(429, { "retry-after": "3600" }), isUnsettled: true },
  {
    name: "429 with a text",
    answer: ({ response }) => answer(response, 429, {}, "You have reached your pull rate limit."),
    isUnsettled: true,
  },
  { name: "503 once", answer: atFirst(1, status(503)) },
  { name: "503 always", answer: status(503) },
  {
    name: "500 with words that act",
    answer: (ask) => refuse(ask, 500, "\u001b[2J", "##[add-mask]x\n::error::y\u202e"),
  },
  {
    name: "502 with a page",
    answer: ({ response }) => answer(response, 502, { "content-type": "text/html" }, "<h1>Bad</h1>"),
  },
  { name: "418", answer: status(418) },
  { name: "a redirect to itself", answer: redirect(({ request }) => request.url ?? "/") },
  {
    name: "a redirect to another host",
    answer: redirect(({ elsewhere, request }) => `${elsewhere}${request.url}`),
  },
  {
    name: "a redirect with a login in it",
    answer: redirect(
      ({ elsewhere, request }) => `${elsewhere.replace("//", "//eve:mallory@")}${request.url}`,
    ),
  },
  {
    name: "a redirect to a closed port",
    answer: redirect(({ closedPort }) => `http://127.0.0.1:${closedPort}/`),
  },
  { name: "a redirect to a file", answer: redirect(() => "file:///etc/passwd") },
  { name: "a redirect to nowhere", answer: redirect(() => "http://[") },
  { name: "a redirect without an address", answer: status(307) },
  {
    name: "a redirect to its own name by HTTPS",
    answer: redirect(({ request }) => `https://${request.headers.host}${request.url}`),
  },
  {
    name: "a redirect to another host that wants a login at first",
    answer: redirect(({ elsewhere, request }) => `${elsewhere}${request.url}?private`),
  },
  {
    name: "a redirect of GET alone",
    answer: split(
      withoutDigest,
      redirect(({ elsewhere, request }) => `${elsewhere}${request.url}?signature=abc#part`),
    ),
  },
  {
    name: "a redirect to two addresses",
    answer: ({ response, elsewhere, request: { url } }) => {
      response.writeHead(307, ["Location", `${elsewhere}${url}`, "Location", `${elsewhere}/a`]).end();
    },
  },
  { name: "204", answer: status(204) },
  {
    name: "206",
    answer: split(status(206), ({ response, content }) => answer(response, 206, {}, content.body)),
  },
  { name: "304", answer: status(304) },
  { name: "421 once", answer: atFirst(1, status(421)) },
  {
    name: "511 with a page",
    answer: ({ response }) => answer(response, 511, { "content-type": "text/html" }, "<a>"),
  },
  {
    name: "a body packed twice",
    answer: split(
      withoutDigest,
      body(({ body: text }) => gzipSync(gzipSync(text)), { "content-encoding": "gzip, gzip" }),
    ),
  },
  {
    name: "a body packed without its frame",
    answer: split(
      withoutDigest,
      body(({ body: text }) => deflateRawSync(text), { "content-encoding": "deflate" }),
    ),
  },
  {
    name: "a byte order mark",
    answer: split(
      withoutDigest,
      body(({ body: text }) => `\ufeff${text}`),
    ),
  },
  {
    name: "a digest in quotes",
    answer: ({ request, response, content }) =>
      answer(
        response,
        200,
        { ...headersOf(content), "docker-content-digest": `"${content.digest}"` },
        request.method === "HEAD" ? undefined : content.body,
      ),
  },
  {
    name: "two answers at once",
    answer: (ask) => {
      const isHead = ask.request.method === "HEAD";
      ask.request.socket.write(answerText(ask, isHead) + answerText({ ...ask, content: STRAY }, isHead));
    },
    isMute: true,
  },
  {
    name: "a second answer somewhat later",
    answer: (ask) => {
      const isHead = ask.request.method === "HEAD";
      const { socket } = ask.request;
      socket.write(answerText(ask, isHead), () =>
        setImmediate(() => socket.writable && socket.write(answerText({ ...ask, content: STRAY }, isHead))),
      );
    },
    isMute: true,
  },
  {
    name: "an answer to HEAD with a body",
    answer: (ask) => void ask.request.socket.write(answerText(ask, false)),
    isMute: true,
  },
  {
    name: "an answer that is longer than it says",
    answer: split(withoutDigest, (ask) =>
      sendRaw(ask, answerText(ask, false).replace(/content-length: \d+/, "content-length: 9")),
    ),
    isMute: true,
  },
  {
    name: "an end behind each answer",
    answer: (ask) => ask.request.socket.end(answerText(ask, ask.request.method === "HEAD")),
    isMute: true,
  },
  {
    name: "another protocol",
    answer: (ask) =>
      sendRaw(ask, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
    isMute: true,
  },
  {
    name: "a word to go on, first",
    answer: (ask) => {
      ask.response.writeContinue();
      answerWell(ask);
    },
    isMute: true,
  },
  {
    name: "HTTP/1.0",
    answer: (ask) => sendRaw(ask, answerText(ask, false).replace("HTTP/1.1", "HTTP/1.0")),
    isMute: true,
  },
  { name: "HTTP/2", answer: (ask) => sendRaw(ask, "\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0d"), isMute: true },
  {
    name: "a status of four digits",
    answer: (ask) => sendRaw(ask, "HTTP/1.1 2000 OK\r\n\r\n"),
    isMute: true,
  },
  {
    name: "many headers",
    answer: (ask) => sendRaw(ask, `HTTP/1.1 200 OK\r\n${"x-a: b\r\n".repeat(9_000)}\r\n`),
    isMute: true,
  },
  {
    name: "a long header",
    answer: (ask) => sendRaw(ask, `HTTP/1.1 200 OK\r\nx: ${"a".repeat(99_999)}\r\n\r\n`),
    isMute: true,
  },
  { name: "no HTTP", answer: (ask) => sendRaw(ask, "220 mail.example ESMTP\r\n"), isMute: true },
  {
    name: "bare line feeds",
    answer: (ask) => sendRaw(ask, "HTTP/1.1 429 Too Many Requests\nRetry-After: 0\n\n"),
    // As of every other 429: it may be meant for the whole host.
    isUnsettled: true,
  },
  {
    name: "two lengths",
    answer: (ask) => sendRaw(ask, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    isMute: true,
  },
  {
    name: "broken chunks",
    answer: (ask) => sendRaw(ask, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab"),
    isMute: true,
  },
  {
    name: "early answers",
    answer: (ask) => {
      for (let times = 0; times < 5; times++) ask.response.writeEarlyHints({ link: "</a>; rel=preload" });
      answerWell(ask);
    },
  },
  {
    name: "a challenge of another host",
    answer: challenge(({ elsewhere }) => `Bearer realm="${elsewhere}/realm",service="a"`),
  },
  { name: "a challenge with a path for a realm", answer: challenge(() => 'Bearer realm="/token"') },
  {
    name: "a challenge of its own name by HTTPS",
    answer: challenge(({ request }) => `Bearer realm="https://${request.headers.host}/token",service="a"`),
  },
  { name: "a challenge without a realm", answer: challenge(() => "Bearer") },
  { name: "a challenge to a file", answer: challenge(() => 'Bearer realm="file:///etc/passwd"') },
  {
    name: "a challenge of another repository",
    answer: challenge(
      ({ request }) => `Bearer realm="http://${request.headers.host}/token",scope="repository:other:pull"`,
    ),
  },
  { name: "a challenge that nobody knows", answer: challenge(() => "Negotiate, NTLM, Digest qop=auth") },
  { name: "a challenge without end", answer: challenge(() => 'a="'.repeat(3_000)) },
  { name: "no challenge", answer: status(401) },
  {
    name: "a refusal with the login in it",
    answer: (ask) => refuse(ask, 403, "DENIED", `no: ${loginIn(ask)}`),
  },
  {
    name: "a refusal with the login in its text",
    answer: (ask) => answer(ask.response, 403, {}, `no: ${loginIn(ask)}`),
  },
  { name: "a name that is unknown", answer: (ask) => refuse(ask, 404, "NAME_UNKNOWN") },
  { name: "a tag that is unknown", answer: (ask) => refuse(ask, 404, "MANIFEST_UNKNOWN") },
];

/** What no repository has. */
const STRAY = contentOf("stray", "v1");

/** A good answer as it is sent. */
function answerText({ content }: Pick<Ask, "content">, isHead: boolean): string {
  const head = Object.entries(headersOf(content)).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 200 OK\r\n${head.join("")}\r\n${isHead ? "" : content.body}`;
}

const BOMB = gzipSync(Buffer.alloc(20_000_000));

function challenge(header: (ask: Ask) => string): Fault["answer"] {
  return (ask) => answer(ask.response, 401, { "www-authenticate": header(ask) });
}

function flood({ response }: Ask): void {
  response.writeHead(200, { "content-type": INDEX });
  const chunk = Buffer.alloc(1 << 20, " ");
  let left = 12;
  const write = (): void => {
    if (left-- === 0) response.end();
    else response.write(chunk, write);
  };
  write();
}

function drip({ response }: Ask): void {
  response.writeHead(200, { "content-type": INDEX });
  const timer = setInterval(() => response.write(" "), 50);
  response.once("close", () => clearInterval(timer));
}
