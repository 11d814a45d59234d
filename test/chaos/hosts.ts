/** The hosts of a campaign: registries whose answers a scenario spoils, and others that are no registries at all. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createSocketServer, type Server, type Socket } from "node:net";
import { LOOPBACK_TLS } from "../support/loopback-tls.mjs";
import { answerWell, type Content, contentOf, type Fault } from "./faults.ts";

/** How a registry wants to know who asks. */
export type Auth = "none" | "basic" | "bearer";

/** What a scenario makes of the registries. */
export interface Plan {
  readonly login: { readonly username: string; readonly password: string };
  /** By repository; the others are served well. */
  readonly faults: ReadonlyMap<string, { readonly fault: Fault; readonly chance: number }>;
  readonly tokenFaults: ReadonlyMap<string, TokenFault>;
}

/** What can be wrong with a token service. */
export interface TokenFault {
  readonly name: string;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A host that images may name. */
export interface Host {
  readonly name: string;
  readonly address: string;
  /** Whether it is a registry that can be asked. */
  readonly isRegistry: boolean;
}

/** All hosts, for one scenario after the other. */
export interface Hosts {
  readonly all: readonly Host[];
  /** The `registries` of the configuration. */
  readonly entries: string;
  /** Begins a scenario anew. */
  begin(plan: Plan): void;
  /** What the hosts were asked since. */
  requests(): number;
  /** Every secret that was given out or expected since. */
  secrets(): readonly string[];
  /** Logins that came to a host that they are not for. */
  strays(): readonly string[];
  close(): Promise<void>;
}

/** Every kind of fault of a token service. */
export const tokenFaults: readonly TokenFault[] = [
  { name: "a token service that fails", answer: (_, response) => void response.writeHead(500).end() },
  { name: "a token service that hangs up", answer: (request) => void request.socket.destroy() },
  {
    name: "a token service that finds nothing",
    answer: (_, response) => void response.writeHead(404).end("{}"),
  },
  { name: "an answer without a token", answer: (_, response) => void response.end('{"expires_in": 60}') },
  {
    name: "a token that no header can hold",
    answer: (_, response) => void response.end('{"token": "a\\r\\nb"}'),
  },
  { name: "a page for a token", answer: (_, response) => void response.end("<html>") },
  {
    name: "a refusal of a token with the login in it",
    answer: ({ headers: { authorization = "" } }, response) => {
      const login = Buffer.from(authorization.replace(/^Basic /, ""), "base64").toString();
      response.writeHead(403).end(`no: ${authorization} ${login} ${encodeURIComponent(login)}`);
    },
  },
];

/** Starts all hosts on free ports of loopback. */
export async function startHosts(): Promise<Hosts> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  let plan: Plan = { login: { username: "", password: "" }, faults: new Map(), tokenFaults: new Map() };
  let requests = 0;
  let before = new Map<string, number>();
  let tokens = new Set<string>();
  let strays: string[] = [];
  let elsewhere = "";
  let closedPort = 0;

  async function listen(server: Server): Promise<string> {
    server.on("connection", (socket: Socket) => {
      sockets.add(socket.once("close", () => sockets.delete(socket)).on("error", () => socket.destroy()));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // The cast is the server's own promise: it listens on a port.
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Whether a request brings what the registry wants; else it has been told what that is. */
  function admits(auth: Auth, request: IncomingMessage, response: ServerResponse): boolean {
    const { authorization = "", host = "" } = request.headers;
    const { username, password } = plan.login;
    const wanted = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    if (auth === "none" || (auth === "basic" && authorization === wanted)) return true;
    if (auth === "bearer" && tokens.has(authorization.replace(/^Bearer /, ""))) return true;
    const challenge =
      auth === "basic" ? 'Basic realm="a"' : `Bearer realm="http://${host}/token",service="a"`;
    response.writeHead(401, { "www-authenticate": challenge }).end();
    return false;
  }

  function giveToken(request: IncomingMessage, response: ServerResponse, repository: string): void {
    const fault = plan.tokenFaults.get(repository);
    if (fault !== undefined) {
      fault.answer(request, response);
      return;
    }
    const token = `t0k3n-${Buffer.from(`${repository} ${plan.login.password}`).toString("base64url")}`;
    tokens.add(token);
    response.end(JSON.stringify({ token, expires_in: 300 }));
  }

  const registry =
    (auth: Auth): RequestListener =>
    (request, response) => {
      requests += 1;
      request.resume();
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://a");
      if (pathname === "/token")
        return giveToken(
          request,
          response,
          /^repository:(?<name>.+):pull$/.exec(searchParams.get("scope") ?? "")?.groups?.name ?? "",
        );
      const { repository = "", reference = "" } = MANIFEST.exec(pathname)?.groups ?? {};
      if (!admits(auth, request, response)) return;
      const content = known(repository, reference);
      if (content === undefined) return void response.writeHead(404).end();
      const fault = plan.faults.get(repository);
      const count = before.get(repository) ?? 0;
      before.set(repository, count + 1);
      const ask = {
        request,
        response,
        content,
        before: count,
        elsewhere: `http://${elsewhere}`,
        closedPort,
        chance: fault?.chance ?? 0,
      };
      // By its digest a manifest is found in good order.
      if (fault === undefined || reference.includes(":")) answerWell(ask);
      else fault.fault.answer(ask);
    };

  /** A host that registries point at: it serves what they serve, to everybody, and notes whoever shows a login. */
  const other: RequestListener = (request, response) => {
    requests += 1;
    request.resume();
    const { pathname, search } = new URL(request.url ?? "/", "http://a");
    const { authorization } = request.headers;
    if (pathname === "/realm") return void response.end('{"token": "from-elsewhere"}');
    if (authorization !== undefined && authorization !== "Bearer from-elsewhere")
      strays.push(`${authorization} at ${pathname}`);
    if (search === "?private")
      return void response.writeHead(401, { "www-authenticate": 'Basic realm="a"' }).end();
    const { repository = "", reference = "" } = MANIFEST.exec(pathname)?.groups ?? {};
    const content = known(repository, reference);
    if (content === undefined)
      return void response.writeHead(200, { "content-type": "text/html" }).end("<html>log in</html>");
    answerWell({ request, response, content, before: 0, elsewhere: "", closedPort, chance: 0 });
  };

  const speak = (banner: string) =>
    createSocketServer((socket) => {
      if (banner === "") socket.destroy();
      else socket.end(banner);
    });

  const closed = createSocketServer();
  closedPort = Number((await listen(closed)).split(":")[1]);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  elsewhere = await listen(createServer(patient, other));
  const trusted = await listen(createTlsServer({ ...patient, ...LOOPBACK_TLS }, registry("none")));
  const all: readonly Host[] = [
    { name: "open", address: await listen(createServer(patient, registry("none"))), isRegistry: true },
    {
      name: "with a password",
      address: await listen(createServer(patient, registry("basic"))),
      isRegistry: true,
    },
    {
      name: "with tokens",
      address: await listen(createServer(patient, registry("bearer"))),
      isRegistry: true,
    },
    { name: "with TLS", address: trusted, isRegistry: true },
    {
      name: "with a certificate of nobody",
      address: await listen(createTlsServer({ ...patient, ...LOOPBACK_TLS }, registry("none"))),
      isRegistry: false,
    },
    { name: "at which nobody listens", address: `127.0.0.1:${closedPort}`, isRegistry: false },
    {
      name: "that speaks no HTTP",
      address: await listen(speak("220 mail.example ESMTP\r\n")),
      isRegistry: false,
    },
    { name: "that hangs up", address: await listen(speak("")), isRegistry: false },
  ];
  for (const server of servers) server.on("clientError", (_error: Error, socket: Socket) => socket.destroy());

  return {
    all,
    entries: `[{prefix: "${trusted}", insecureSkipTLSVerify: true}]`,
    begin(next) {
      plan = next;
      requests = 0;
      before = new Map();
      tokens = new Set();
      strays = [];
    },
    requests: () => requests,
    secrets: () => [plan.login.password, ...tokens],
    strays: () => strays,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

// Who is slow to ask again must find the connection open.
const patient = { keepAliveTimeout: 0 };

const MANIFEST = /^\/v2\/(?<repository>.+)\/manifests\/(?<reference>[^/]+)$/;

/** What a reference means, in a repository that has one tag: that is a part of its name. */
function known(repository: string, reference: string): Content | undefined {
  const tag = /-(?<tag>v\d+)$/.exec(repository)?.groups?.tag;
  if (tag === undefined) return undefined;
  const content = contentOf(repository, tag);
  return reference === tag || reference === content.digest ? content : undefined;
}
