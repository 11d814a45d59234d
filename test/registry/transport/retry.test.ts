import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { parseReference } from "../../../src/image/reference.ts";
import { defaultConnection } from "../../../src/registry/transport/endpoint.ts";
import { Failure } from "../../../src/registry/transport/failure.ts";
import type { Clock } from "../../../src/registry/transport/pace/clock.ts";
import { createRetrier } from "../../../src/registry/transport/retry.ts";
import { stopTime } from "../../support/clock.ts";
import { fakeDns } from "../../support/fake-dns.ts";
import { answer, answerError, answerIndex, challengeBearer, INDEX_DIGEST } from "../../support/manifests.ts";
import { type Quirk, serve, startQuirkServer } from "../../support/quirk-server.ts";
import { digestOf, failOnce, keychainOf, makeClient, resolveOnce } from "../../support/registry-client.ts";
import { createFakeTime } from "./pace/fake-time.ts";

/** Fails so often, then is a good registry. */
const failing =
  (times: number, fail: Quirk): Quirk =>
  (request, response) => {
    times -= 1;
    if (times >= 0) fail(request, response);
    else answerIndex(response);
  };

/** A server that speaks no HTTP. */
async function serveSocket(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => socket.destroy()));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  // The cast is the server's own promise: it listens on a port.
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("createRetrier", () => {
  test.each([408, 429, 500, 502, 503, 504, 520, 524])("tries again after %i", async (status) => {
    const server = await serve(
      failing(1, (_, response) => answer(response, status, { headers: { "retry-after": "0" } })),
    );

    expect(await resolveOnce(`${server.host}/app:v1`)).toBe(INDEX_DIGEST);
    expect(server.lines).toHaveLength(2);
  });

  test("tries again where the server hangs up", async () => {
    const server = await serve(failing(2, (_, response) => response.destroy()));
    const registries = [{ prefix: server.host, plainHTTP: true }];

    expect(await resolveOnce(`${server.host}/app:v1`, { registries })).toBe(INDEX_DIGEST);
    expect(server.lines).toHaveLength(3);
  });

  test("tries again where the answer breaks off", async () => {
    const server = await serve((request, response) => {
      if (request.method === "HEAD") answer(response, 200);
      else if (server.lines.length > 2) answerIndex(response);
      else {
        response.writeHead(200, { "content-length": "100" });
        response.write("{", () => response.destroy());
      }
    });

    expect(await resolveOnce(`${server.host}/app:v1`)).toBe(INDEX_DIGEST);
  });

  test.each([400, 403, 404, 405, 501])("does not try %i again", async (status) => {
    const server = await serve((_, response) => answer(response, status));

    await failOnce(`${server.host}/app:v1`);

    expect(server.lines).toEqual(["HEAD /v2/app/manifests/v1", "GET /v2/app/manifests/v1"]);
  });

  test("gives up after as many retries as are set", async () => {
    const server = await serve((_, response) => answerError(response, 500, "UNKNOWN"));

    const error = await failOnce(`${server.host}/app:v1`, { network: { retries: 2 } });

    expect(error).toMatchObject({ code: "server", status: 500 });
    // Three by HEAD, and one by GET for what it has to say.
    expect(server.lines.map((line) => line.split(" ")[0])).toEqual(["HEAD", "HEAD", "HEAD", "GET"]);
  });

  test.each([
    ["in seconds", () => "1"],
    ["as a date", () => new Date(Date.now() + 1_900).toUTCString()],
  ])("waits as long as Retry-After says, %s", async (_, retryAfter) => {
    const server = await serve(
      failing(1, (_request, response) => answer(response, 503, { headers: { "retry-after": retryAfter() } })),
    );
    const start = performance.now();

    await resolveOnce(`${server.host}/app:v1`);

    expect(performance.now() - start).toBeGreaterThan(850);
  });

  test.each(["0", "-5", "1.5", "soon", new Date(0).toUTCString()])(
    "waits at its own measure where Retry-After is %j",
    async (retryAfter) => {
      vi.spyOn(Math, "random").mockReturnValue(0.5);
      onTestFinished(() => {
        vi.restoreAllMocks();
      });
      const times: number[] = [];
      const server = await serve((_, response) => {
        times.push(performance.now());
        answer(response, 503, { headers: { "retry-after": retryAfter } });
      });

      await failOnce(`${server.host}/app:v1`, { network: { retries: 1 } });

      const [first = 0, second = 0] = times;
      expect(second - first).toBeGreaterThan(110);
    },
  );

  test("makes all wait for a host that has enough", async () => {
    let limited = 0;
    const server = await serve((request, response) => {
      if (request.url.endsWith("/first")) return answerIndex(response);
      if (limited > 0) return answerIndex(response);
      limited = performance.now();
      answer(response, 429, { headers: { "retry-after": "1" } });
    });
    const client = makeClient({ network: { concurrency: 1 } });
    onTestFinished(client.close);
    await digestOf(client, parseReference(`${server.host}/app:first`));

    const resumed = await Promise.all(
      [1, 2, 3].map(async (tag) => {
        await digestOf(client, parseReference(`${server.host}/app:v${tag}`));
        return performance.now() - limited;
      }),
    );

    for (const time of resumed) expect(time).toBeGreaterThan(950);
  });

  test("uses up no retry where it is told to come back later", async () => {
    const server = await serve(
      failing(5, (_, response) => answer(response, 429, { headers: { "retry-after": "0" } })),
    );

    expect(await resolveOnce(`${server.host}/app:v1`, { network: { retries: 1 } })).toBe(INDEX_DIGEST);
  });

  test("lets an image that is always refused hold up no other of its host", async () => {
    const server = await serve((request, response) => {
      if (request.url.includes("/odd/")) answer(response, 429, { headers: { "retry-after": "0" } });
      else answerIndex(response);
    });
    const client = makeClient({ registries: [{ prefix: server.host, plainHTTP: true }] });
    onTestFinished(client.close);
    const odd = digestOf(client, parseReference(`${server.host}/odd/app:v1`)).catch(String);

    const digests = await Promise.all(
      [1, 2, 3].map((tag) => digestOf(client, parseReference(`${server.host}/app:v${tag}`))),
    );

    expect(digests).toEqual([INDEX_DIGEST, INDEX_DIGEST, INDEX_DIGEST]);
    await client.close();
    expect(await odd).toContain("can't resolve");
  });

  test("tries nothing again where no retries are wanted", async () => {
    const server = await serve(
      failing(3, (_, response) => answer(response, 429, { headers: { "retry-after": "0" } })),
    );

    expect(await failOnce(`${server.host}/app:v1`, { network: { retries: 0 } })).toMatchObject({
      code: "rate-limited",
    });
  });

  test.each(["600", "99999999999"])("does not wait past the deadline of the run for %s s", async (time) => {
    const server = await serve((_, response) => answer(response, 429, { headers: { "retry-after": time } }));

    const error = await failOnce(`${server.host}/app:v1`, { network: { deadline: 300_000 } });

    expect(error).toMatchObject({ code: "rate-limited" });
    expect(error.message).toContain(`answered HTTP 429, and may be asked again in ${time} s`);
  });

  test.each([
    [429, "rate-limited"],
    [503, "server"],
  ])("asks a host no more that wants to be left alone past the deadline by HTTP %d", async (status, code) => {
    const server = await serve((_, response) =>
      answer(response, status, { headers: { "retry-after": "3600" } }),
    );
    const client = makeClient({ network: { concurrency: 2 } });
    onTestFinished(client.close);

    const images = Array.from({ length: 20 }, (_, index) => `${server.host}/app-${index}:v1`);
    const errors = await Promise.all(
      images.map((image) => digestOf(client, parseReference(image)).catch((error: unknown) => error)),
    );

    for (const error of errors) {
      expect(error).toMatchObject({ code, message: expect.stringContaining("asked again in 3600 s") });
    }
    // Those that were on their way when it said so, and one that asks whether it is the limit of pulls.
    expect(server.lines.length).toBeLessThanOrEqual(3);
  });

  test("says at which moment a host may be asked again", async () => {
    const date = "Fri, 31 Dec 2100 23:59:59 GMT";
    const server = await serve((_, response) => answer(response, 429, { headers: { "retry-after": date } }));

    expect((await failOnce(`${server.host}/app:v1`)).message).toContain(
      "may be asked again after 2100-12-31T23:59:59.000Z",
    );
  });

  test("fails at once where a token service wants to be left alone past the deadline", async () => {
    const server = await serve((request, response) => {
      if (request.url.startsWith("/token"))
        return answer(response, 429, { headers: { "retry-after": "3600" } });
      challengeBearer(request, response);
    });

    const error = await failOnce(`${server.host}/app:v1`);

    expect(error).toMatchObject({ code: "rate-limited" });
    expect(error.message).toContain("may be asked again in 3600 s");
  });

  test("tries again where Microsoft's front door refuses what it serves a moment later", async () => {
    const server = await serve(failing(1, (_, response) => answer(response, 403)));
    const names = fakeDns({ "mcr.microsoft.com": ["127.0.0.1"] });
    onTestFinished(async () => names.restore());
    const registries = [{ prefix: "mcr.microsoft.com", plainHTTP: true }];

    expect(await resolveOnce(`mcr.microsoft.com:${server.port}/dotnet/sdk:8.0`, { registries })).toBe(
      INDEX_DIGEST,
    );
    expect(server.lines).toEqual(["HEAD /v2/dotnet/sdk/manifests/8.0", "HEAD /v2/dotnet/sdk/manifests/8.0"]);
  });

  test("tries again once where the connection is refused", async () => {
    const gone = await startQuirkServer(() => {});
    await gone.close();
    const names = fakeDns({ "registry.example": ["127.0.0.1"] });
    onTestFinished(async () => names.restore());
    const registries = [{ prefix: "registry.example", plainHTTP: true }];

    expect(await failOnce(`registry.example:${gone.port}/app:v1`, { registries })).toMatchObject({
      code: "refused",
    });
    expect(names.lookups).toHaveLength(2);
  });

  test("ends at the deadline of the run", async () => {
    const server = await serve(() => {});

    const network = { deadline: 300 };
    const registries = [{ prefix: server.host, plainHTTP: true }];

    expect(await failOnce(`${server.host}/app:v1`, { network, registries })).toMatchObject({
      code: "deadline",
    });
  });

  test.each(["configured", "ambient"] as const)(
    "ends at the deadline where the %s login never comes",
    async (source) => {
      const server = await serve((request, response) => challengeBearer(request, response));
      const never = new Promise<never>(() => {});
      const keychain = { ...keychainOf([]), [source]: () => never };

      expect(await failOnce(`${server.host}/app:v1`, { keychain, network: { deadline: 300 } })).toMatchObject(
        {
          code: "deadline",
        },
      );
    },
  );

  test("ends an attempt that gets no answer", async () => {
    const { pass } = stopTime();
    // The time for a request, and for the pause behind it.
    const server = await serve(failing(1, () => pass(65_000)));
    const registries = [{ prefix: server.host, plainHTTP: true }];

    expect(await resolveOnce(`${server.host}/app:v1`, { network: { timeout: 60_000 }, registries })).toBe(
      INDEX_DIGEST,
    );
  });

  test("ends an attempt whose body drips", async () => {
    const timers: NodeJS.Timeout[] = [];
    const server = await serve((request, response) => {
      if (request.method === "HEAD") return answer(response, 404);
      response.writeHead(200, { "content-type": "application/json" });
      timers.push(setInterval(() => response.write(" "), 20));
    });

    expect(
      await failOnce(`${server.host}/app:v1`, { network: { timeout: 1_000, retries: 0 } }),
    ).toMatchObject({
      code: "timeout",
    });
    for (const timer of timers) clearInterval(timer);
  });

  test("names a server that speaks no HTTP", async () => {
    const host = await serveSocket((socket) => {
      socket.end("220 mail.example ESMTP\r\n");
    });
    const registries = [{ prefix: host, plainHTTP: true }];

    expect(await failOnce(`${host}/app:v1`, { registries, network: { retries: 1 } })).toMatchObject({
      code: "not-a-registry",
    });
  });

  test("lets a slow host hold up no other", async () => {
    const slow = await serve(() => {});
    const good = await serve((_, response) => answerIndex(response));
    const client = makeClient({ registries: [{ prefix: slow.host, plainHTTP: true }] });
    const waiting = Array.from({ length: 20 }, (_, index) =>
      digestOf(client, parseReference(`${slow.host}/app:v${index}`)).catch((error: unknown) => error),
    );

    await Promise.all([1, 2, 3].map((tag) => digestOf(client, parseReference(`${good.host}/app:v${tag}`))));

    // The slow one was still waited for.
    await client.close();
    expect(await waiting[0]).toMatchObject({ code: "aborted" });
    expect(await waiting[19]).toMatchObject({ code: "aborted" });
  });

  test("lets an image that gets no answer hold up no other of its host", async () => {
    const server = await serve((request, response) => {
      if (!request.url.includes("/hangs/")) answerIndex(response);
    });
    const client = makeClient({ registries: [{ prefix: server.host, plainHTTP: true }] });
    onTestFinished(client.close);
    const hanging = digestOf(client, parseReference(`${server.host}/hangs:v1`)).catch(String);

    const digests = await Promise.all(
      [1, 2, 3].map((tag) => digestOf(client, parseReference(`${server.host}/app:v${tag}`))),
    );

    expect(digests).toEqual([INDEX_DIGEST, INDEX_DIGEST, INDEX_DIGEST]);
    // It was still waited for.
    await client.close();
    expect(await hanging).toContain("was cut off");
  });

  test.each<readonly [string, Quirk]>([
    ["hangs up", (_, response) => response.destroy()],
    ["says nothing", () => {}],
  ])("does not take a host for dead where it %s on its first image", async (_, quirk) => {
    const { pass } = stopTime();
    const server = await serve((request, response) => {
      if (request.url.includes("/odd/")) quirk(request, response);
      else answerIndex(response);
    });
    const client = makeClient({
      registries: [{ prefix: server.host, plainHTTP: true }],
      // The first image fails before the host's patience with it ends, and the other has more than one chance.
      network: { retries: 2, timeout: 500 },
    });
    onTestFinished(client.close);

    let message: string | undefined;
    const odd = digestOf(client, parseReference(`${server.host}/odd:v1`)).catch((error: unknown) => {
      message = String(error);
    });
    const digest = digestOf(client, parseReference(`${server.host}/app:v1`));
    // Until then the other image waits for what the first one learns.
    while (message === undefined) await pass(100);
    await odd;

    expect(message).toContain("can't resolve");
    expect(await digest).toBe(INDEX_DIGEST);
  });

  test("asks a host that answers nobody for two images, and not for all", async () => {
    const server = await serve((_, response) => response.destroy());
    const client = makeClient({
      registries: [{ prefix: server.host, plainHTTP: true }],
      network: { retries: 1 },
    });
    onTestFinished(client.close);

    const failed = Array.from({ length: 10 }, (_, index) =>
      digestOf(client, parseReference(`${server.host}/app:v${index}`)).catch((error: unknown) => error),
    );

    for (const one of failed) expect(await one).toMatchObject({ code: "unreachable" });
    const asked = new Set(server.requests.map(({ url }) => url));
    expect([...asked].filter((url) => url !== "/v2/")).toHaveLength(2);
  });

  test.each([
    ["odd1", "odd2", "odd3", "app"],
    ["odd1", "app", "odd2", "odd3"],
    ["app", "odd1", "odd2", "odd3"],
  ])("serves what a host has though it hangs up on others: %s, %s, %s, %s", async (...names) => {
    const server = await serve((request, response) => {
      if (request.url.includes("/odd")) response.destroy();
      else if (request.url === "/v2/") answer(response, 404);
      else answerIndex(response);
    });
    const client = makeClient({
      registries: [{ prefix: server.host, plainHTTP: true }],
      network: { retries: 0 },
    });
    onTestFinished(client.close);

    const digests = await Promise.allSettled(
      names.map((name) => digestOf(client, parseReference(`${server.host}/${name}:v1`))),
    );

    expect(digests.map(({ status }) => status)).toEqual(
      names.map((name) => (name === "app" ? "fulfilled" : "rejected")),
    );
  });
});

describe("Docker Hub's limits", () => {
  const LIMIT = "You have reached your unauthenticated pull rate limit.";

  test("the pull limit told by its header fails at once, with advice", async () => {
    const server = await serve((_, response) =>
      answerError(response, 429, "TOOMANYREQUESTS", {
        "ratelimit-limit": "100;w=21600",
        "ratelimit-remaining": "0;w=21600",
      }),
    );

    const error = await failOnce(`${server.host}/app:v1`);

    expect(error).toMatchObject({ code: "pull-limit", status: 429 });
    expect(error.message).toContain(`log in to ${server.host}`);
    expect(server.lines).toHaveLength(1);
  });

  test("the pull limit told by its text fails after one GET", async () => {
    const server = await serve((_, response) =>
      answer(response, 429, { body: `{"errors":[{"code":"TOOMANYREQUESTS","message":"${LIMIT}"}]}` }),
    );

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "pull-limit" });
    expect(server.lines).toEqual(["HEAD /v2/app/manifests/v1", "GET /v2/app/manifests/v1"]);
  });

  test("the pull limit fails at once all that wait for the host, whatever Retry-After says", async () => {
    const server = await serve((request, response) =>
      request.url.includes("/good/")
        ? answerIndex(response)
        : answer(response, 429, {
            body: `{"errors":[{"code":"TOOMANYREQUESTS","message":"${LIMIT}"}]}`,
            headers: { "retry-after": "60" },
          }),
    );
    const client = makeClient({ network: { concurrency: 2 } });
    onTestFinished(client.close);
    await digestOf(client, parseReference(`${server.host}/good:v1`));

    const failed = Array.from({ length: 20 }, (_, index) =>
      digestOf(client, parseReference(`${server.host}/app:v${index}`)).catch((error: unknown) => error),
    );

    for (const one of failed) expect(await one).toMatchObject({ code: "pull-limit", status: 429 });
    expect(server.lines.filter((line) => line.startsWith("GET"))).toHaveLength(1);
    expect(server.lines.length).toBeLessThan(8);
    // To wait as the header says would take longer.
  }, 50_000);

  test("the pull limit fails at once all that wait for the host, where all is asked by GET, too", async () => {
    const server = await serve((_, response) =>
      answer(response, 429, { body: LIMIT, headers: { "retry-after": "30" } }),
    );
    const client = makeClient({ network: { concurrency: 2 }, verify: "get" });
    onTestFinished(client.close);

    const failed = Array.from({ length: 20 }, (_, index) =>
      digestOf(client, parseReference(`${server.host}/app:v${index}`)).catch((error: unknown) => error),
    );

    for (const one of failed) expect(await one).toMatchObject({ code: "pull-limit" });
    expect(server.lines).toHaveLength(1);
  });

  test("the limit of requests a minute is looked into once, and waited for", async () => {
    // As often as an image is asked for again, so that none has more refusals than it may.
    const server = await serve(
      failing(4, (_, response) => answer(response, 429, { body: "Too Many Requests" })),
    );
    const client = makeClient({ network: { concurrency: 4 } });
    onTestFinished(client.close);

    const digests = await Promise.all(
      Array.from({ length: 20 }, (_, tag) => digestOf(client, parseReference(`${server.host}/app:v${tag}`))),
    );

    expect(new Set(digests)).toEqual(new Set([INDEX_DIGEST]));
    expect(server.lines.filter((line) => line.startsWith("GET"))).toHaveLength(1);
    expect(server.lines.length).toBeLessThanOrEqual(25);
  });

  test("a limit that nothing can be learned of is waited for", async () => {
    const server = await serve((request, response) => {
      if (request.method === "GET") response.destroy();
      else if (server.lines.length > 1) answerIndex(response);
      else answer(response, 429);
    });

    expect(await resolveOnce(`${server.host}/app:v1`)).toBe(INDEX_DIGEST);
  });

  test("the limit of requests a minute is waited for", async () => {
    const server = await serve(
      failing(3, (_, response) =>
        answer(response, 429, { body: "Too Many Requests", headers: { "content-type": "text/plain" } }),
      ),
    );

    expect(await resolveOnce(`${server.host}/app:v1`)).toBe(INDEX_DIGEST);
  });
});

describe("createRetrier, where one request at a time may be made", () => {
  const ok = 200;

  test("lets those that go on go before those that begin", async () => {
    expect(await orderOf({ a: [500, ok], b: [ok], c: [ok], d: [ok] })).toEqual(["a", "b", "a", "c", "d"]);
  });

  test("lets those that have a login or a token go before those that begin", async () => {
    expect(await orderOf({ a: [ok], b: [ok], c: [ok] }, { hasToken: ["c"] })).toEqual(["a", "c", "b"]);
  });

  test("lets what was refused go behind the others", async () => {
    const hasToken = ["a", "b", "c", "d"];

    expect(await orderOf({ a: [429, ok], b: [ok], c: [ok], d: [ok] }, { hasToken, late: "d" })).toEqual([
      "a",
      "b",
      "c",
      "d",
      "a",
    ]);
  });
});

/** Asks for names that have these answers, each of which takes 200 ms. Returns the order in which they are sent. */
async function orderOf(
  answers: Readonly<Record<string, readonly number[]>>,
  { hasToken = [], late }: { readonly hasToken?: readonly string[]; readonly late?: string } = {},
): Promise<readonly string[]> {
  const { clock, pass } = createFakeTime();
  const wait = (time: number) => new Promise<void>((resolve) => clock.after(time, resolve));
  const sent: string[] = [];
  const send = createRetrier(
    async ({ url }) => {
      const name = url.pathname.slice(1);
      const status = answers[name]?.[sent.filter((each) => each === name).length] ?? 500;
      sent.push(name);
      await wait(200);
      return { status, headers: {}, body: Buffer.alloc(0), url, took: 200 };
    },
    {
      clock: halfChance(clock),
      concurrency: 1,
      retries: 4,
      deadlineAt: 1e9,
      socketsMax: () => 64,
    },
  );
  await pass(() =>
    Promise.all(
      Object.keys(answers).map(async (name) => {
        if (name === late) await wait(390);
        const headers = { accept: "*/*", ...(hasToken.includes(name) && { authorization: "Bearer x" }) };
        const url = new URL(`https://r.example/${name}`);
        const { signal } = new AbortController();
        await send({ method: "GET", url, headers, connection: defaultConnection, signal, bytesMax: 1 });
      }),
    ),
  );
  return sent;
}

describe("createRetrier asks Docker Hub", () => {
  test.each([
    ["for many images at once where a login has served", { isLoggedIn: true, status: 200 }, 64],
    ["for few where there is no login", { isLoggedIn: false, status: 200 }, 8],
    ["for few where a login is refused", { isLoggedIn: true, status: 401 }, 8],
  ])("%s", async (_, { isLoggedIn, status }, most) => {
    const { clock, pass } = createFakeTime();
    let [running, seen] = [0, 0];
    const send = createRetrier(
      async ({ url }) => {
        running += 1;
        seen = Math.max(seen, running);
        await new Promise<void>((resolve) => clock.after(10, resolve));
        running -= 1;
        return { status, headers: {}, body: Buffer.alloc(0), url, took: 10 };
      },
      { clock, concurrency: "auto", retries: 4, deadlineAt: 1e9, socketsMax: () => 64 },
    );
    const url = new URL("https://registry-1.docker.io/v2/library/nginx/manifests/1");
    const request = { method: "GET", url, headers: {}, connection: defaultConnection, bytesMax: 1 } as const;

    await pass(() =>
      Promise.all(
        Array.from({ length: 500 }, () =>
          send({ ...request, isLoggedIn, signal: new AbortController().signal }),
        ),
      ),
    );

    expect(seen).toBe(most);
  });
});

describe("createRetrier asks for one answer", () => {
  test("with pauses that grow where it is refused", async () => {
    const { sent } = await askOne([429, 429, 429, 200]);

    const pauses = sent.slice(1).map(({ at }, nth) => at - (sent[nth]?.at ?? 0));
    expect(pauses).toHaveLength(3);
    expect(pauses).toEqual([...new Set(pauses)].toSorted((one, other) => one - other));
  });

  test("nine times at most where it is always refused", async () => {
    const { sent, outcome } = await askOne(Array.from({ length: 20 }, () => 429));

    expect(sent).toHaveLength(9);
    expect(outcome).toMatchObject({ status: 429 });
  });

  test("once where it fails for good", async () => {
    const { sent, outcome } = await askOne([
      new Failure("wrong-ca", { host: "r.example", retry: "never" }),
      200,
    ]);

    expect(sent).toHaveLength(1);
    expect(outcome).toMatchObject({ code: "wrong-ca" });
  });

  test("on a connection of its own where one has broken", async () => {
    const { sent } = await askOne([new Failure("unreachable", { host: "r.example", retry: "always" }), 200]);

    expect(sent.map(({ reset }) => reset)).toEqual([false, true]);
  });
});

/** Asks once where these are the outcomes, one after the other. Returns what came of it, and when what was sent. */
async function askOne(outcomes: readonly (number | Failure)[]): Promise<{
  readonly sent: readonly { readonly at: number; readonly reset: boolean | undefined }[];
  readonly outcome: unknown;
}> {
  const { clock, pass } = createFakeTime();
  const sent: { readonly at: number; readonly reset: boolean | undefined }[] = [];
  const send = createRetrier(
    async ({ url, reset }) => {
      const outcome = outcomes[sent.length] ?? 500;
      sent.push({ at: clock.now(), reset });
      if (outcome instanceof Failure) throw outcome;
      return { status: outcome, headers: {}, body: Buffer.alloc(0), url, took: 0 };
    },
    { clock: halfChance(clock), concurrency: 8, retries: 4, deadlineAt: 1e9, socketsMax: () => 64 },
  );
  const url = new URL("https://r.example/v2/app/manifests/1");
  const { signal } = new AbortController();
  const request = {
    method: "GET",
    url,
    headers: {},
    connection: defaultConnection,
    signal,
    bytesMax: 1,
  } as const;
  return { outcome: await pass(() => send(request).catch((error: unknown) => error)), sent };
}

/** Pauses are half as long as they may be. */
function halfChance(clock: Clock): Clock {
  return { ...clock, random: () => 0.5 };
}
