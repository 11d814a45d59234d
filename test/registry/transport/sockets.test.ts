import { describe, expect, onTestFinished, test, vi } from "vitest";
import { parseReference } from "../../../src/image/reference.ts";
import { createSockets, type Line } from "../../../src/registry/transport/sockets.ts";
import { fakeDns } from "../../support/fake-dns.ts";
import { answerIndex, INDEX_DIGEST } from "../../support/manifests.ts";
import { startQuirkServer } from "../../support/quirk-server.ts";
import { digestOf, makeClient } from "../../support/registry-client.ts";

/** Lines that count how many of them are open, in all and by the origin that they are to. */
function createLines() {
  const open = new Map<string, number>();
  let most = 0;
  let made = 0;
  const total = () => [...open.values()].reduce((sum, count) => sum + count, 0);
  return {
    total,
    most: () => most,
    made: () => made,
    openTo: (name: string) => open.get(name) ?? 0,
    to: (name: string) => (): Line & { readonly name: string } => {
      open.set(name, (open.get(name) ?? 0) + 1);
      most = Math.max(most, total());
      made += 1;
      let isOpen = true;
      return {
        name,
        end() {
          if (isOpen) open.set(name, (open.get(name) ?? 0) - 1);
          isOpen = false;
        },
      };
    },
  };
}

/** A task that goes on until it is told to end. */
function createTask() {
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over, end };
}

/** When all has happened that can happen by itself. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** What the system says where it gives no more. */
async function lack(): Promise<never> {
  throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
}

const { signal } = new AbortController();
const unlimited = () => undefined;

describe("createSockets", () => {
  test("opens no more than it may", async () => {
    const lines = createLines();
    const sockets = createSockets({ max: 10, spare: unlimited });
    const origins = Array.from({ length: 50 }, (_, at) => lines.to(`${at}`));

    const uses = Array.from({ length: 500 }, (_, at) =>
      sockets.use(origins[at % 50] ?? lines.to("none"), { task: settled, signal }),
    );
    await Promise.all(uses);

    expect(lines.most()).toBe(10);
  });

  test("keeps a line for the next user", async () => {
    const lines = createLines();
    const sockets = createSockets({ max: 10, spare: unlimited });
    const open = lines.to("a");

    for (let at = 0; at < 20; at += 1) await sockets.use(open, { task: settled, signal });

    expect(lines.made()).toBe(1);
  });

  test("gives a line to one user at a time, and ends one that failed", async () => {
    const lines = createLines();
    const sockets = createSockets<Line>({ max: 10, spare: unlimited });
    const open = lines.to("a");
    const seen: Line[] = [];
    const task = async (line: Line) => {
      seen.push(line);
      await settled();
      throw new Error("broken");
    };

    const uses = [1, 2, 3].map(() => sockets.use(open, { task, signal }));

    for (const use of uses) await expect(use).rejects.toThrow("broken");
    expect(new Set(seen).size).toBe(3);
    expect(lines.total()).toBe(0);
  });

  test("ends lines that nobody uses in favour of another origin, the one unused for longest first", async () => {
    const lines = createLines();
    const sockets = createSockets({ max: 2, spare: unlimited });
    const [a, b, c] = [lines.to("a"), lines.to("b"), lines.to("c")];
    for (const open of [a, b, a]) await sockets.use(open, { task: settled, signal });

    await sockets.use(c, { task: settled, signal });

    expect(["a", "b", "c"].map(lines.openTo)).toEqual([1, 0, 1]);
  });

  test("shares out what there is", async () => {
    const lines = createLines();
    const sockets = createSockets({ max: 8, spare: unlimited });
    const [greedy, modest] = [lines.to("greedy"), lines.to("modest")];
    const tasks = Array.from({ length: 100 }, createTask);
    const uses = tasks.map(({ over }) => sockets.use(greedy, { task: () => over, signal }));
    await settled();
    const late = [1, 2, 3, 4].map(() => {
      const task = createTask();
      return { ...task, use: sockets.use(modest, { task: () => task.over, signal }) };
    });

    for (const task of tasks.slice(0, 4)) {
      task.end();
      await settled();
    }

    expect([lines.openTo("greedy"), lines.openTo("modest")]).toEqual([4, 4]);
    for (const task of [...tasks, ...late]) task.end();
    await Promise.all([...uses, ...late.map(({ use }) => use)]);
  });

  test("lets no origin keep its only line for ever", async () => {
    const lines = createLines();
    const sockets = createSockets({ max: 1, spare: unlimited });
    const order: string[] = [];
    const ask = (name: string, open: ReturnType<typeof lines.to>) =>
      sockets.use(open, { task: async () => void order.push(name), signal });
    const [a, b] = [lines.to("a"), lines.to("b")];

    await Promise.all([...Array.from({ length: 100 }, () => ask("a", a)), ask("b", b)]);

    expect(order.indexOf("b")).toBeLessThan(20);
  });

  test("leaves files and helpers some of what the process may open", async () => {
    const lines = createLines();
    const sockets = createSockets({ max: 64, spare: () => 30 });
    const open = lines.to("a");

    await Promise.all(Array.from({ length: 100 }, () => sockets.use(open, { task: settled, signal })));

    // Eight were open when it counted, and 16 of 30 are left.
    expect(lines.most()).toBe(22);
  });

  test.each(["EMFILE", "ENFILE"])("goes on with fewer where the system answers %s", async (code) => {
    const lines = createLines();
    const sockets = createSockets<Line>({ max: 64, spare: unlimited });
    const open = lines.to("a");
    const task = async () => {
      if (lines.total() > 5) throw Object.assign(new Error(code), { code });
      await settled();
    };

    await Promise.all(Array.from({ length: 100 }, () => sockets.use(open, { task, signal })));

    expect(lines.total()).toBeLessThanOrEqual(5);
  });

  test("asks for no more than the system gave, and for one more from time to time", async () => {
    const lines = createLines();
    const sockets = createSockets<Line>({ max: 64, spare: unlimited });
    const open = lines.to("a");
    const tasks = Array.from({ length: 5 }, createTask);
    const uses = tasks.map(({ over }) => sockets.use(open, { task: () => over, signal }));
    await settled();
    uses.push(sockets.use(open, { task: () => (lines.total() > 5 ? lack() : settled()), signal }));
    await settled();

    expect(sockets.limit()).toBe(5);
    for (const { end } of tasks) end();
    await Promise.all(uses);
    for (let at = 0; at < 10; at += 1) await sockets.use(open, { task: settled, signal });
    expect(sockets.limit()).toBe(6);
  });

  test("opens some where the system says that there are none left", async () => {
    const lines = createLines();
    const sockets = createSockets({ max: 64, spare: () => 3 });
    const open = lines.to("a");

    await Promise.all(Array.from({ length: 20 }, () => sockets.use(open, { task: settled, signal })));

    expect(sockets.limit()).toBe(8);
  });

  test("ends what nobody uses before it tries again", async () => {
    const lines = createLines();
    const sockets = createSockets<Line>({ max: 64, spare: unlimited });
    const [a, b] = [lines.to("a"), lines.to("b")];
    await Promise.all([1, 2, 3].map(() => sockets.use(a, { task: settled, signal })));
    const task = async () => (lines.total() > 1 ? lack() : "served");

    expect(await sockets.use(b, { task, signal })).toBe("served");
    expect(lines.made()).toBe(5);
  });

  test("gives up where there is none for a long time", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const sockets = createSockets<Line>({ max: 64, spare: unlimited });
    const use = sockets.use(createLines().to("a"), { task: lack, signal });
    const ended = expect(use).rejects.toThrow("EMFILE");

    await vi.advanceTimersByTimeAsync(60_000);

    await ended;
  });

  test("tries again where there was none at all", async () => {
    const lines = createLines();
    const sockets = createSockets<Line>({ max: 64, spare: unlimited });
    let tries = 0;
    const task = async () => {
      tries += 1;
      if (tries < 4) throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
      return "served";
    };

    expect(await sockets.use(lines.to("a"), { task, signal })).toBe("served");
  });

  test("says what was lacking, not that time was up, where it waits in vain", async () => {
    const lines = createLines();
    const sockets = createSockets<Line>({ max: 64, spare: unlimited });
    const controller = new AbortController();
    let tries = 0;
    const task = async () => {
      tries += 1;
      if (tries === 3) controller.abort(new Error("deadline"));
      throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
    };

    await expect(sockets.use(lines.to("a"), { task, signal: controller.signal })).rejects.toThrow("EMFILE");
  });

  test("says what was lacking where its signal ends the wait for another's line", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const lines = createLines();
    const sockets = createSockets<Line>({ max: 64, spare: unlimited });
    const open = lines.to("a");
    const first = createTask();
    const use = sockets.use(open, { task: () => first.over, signal });
    const controller = new AbortController();
    const late = sockets.use(open, { task: lack, signal: controller.signal });
    const ended = expect(late).rejects.toThrow("EMFILE");
    // By then it tries again, and there is room for one, which is used.
    await vi.advanceTimersByTimeAsync(60_000);

    controller.abort(new Error("deadline"));

    await ended;
    first.end();
    await use;
  });

  test("waits no longer than its signal, and loses no line by that", async () => {
    const lines = createLines();
    const sockets = createSockets({ max: 1, spare: unlimited });
    const open = lines.to("a");
    const first = createTask();
    const use = sockets.use(open, { task: () => first.over, signal });
    const controller = new AbortController();
    const late = sockets.use(open, { task: settled, signal: controller.signal });

    controller.abort(new Error("enough"));
    first.end();

    await expect(late).rejects.toThrow("enough");
    await use;
    await sockets.use(open, { task: settled, signal });
    expect(lines.made()).toBe(1);
  });

  test("opens nothing when it is closed, and ends what is open", async () => {
    const lines = createLines();
    const sockets = createSockets({ max: 10, spare: unlimited });
    const task = createTask();
    const use = sockets.use(lines.to("a"), { task: () => task.over, signal });
    await sockets.use(lines.to("b"), { task: settled, signal });

    sockets.close();

    expect(lines.total()).toBe(0);
    await expect(sockets.use(lines.to("c"), { task: settled, signal })).rejects.toThrow("aborted");
    task.end();
    await use;
  });

  test("opens nothing for those who wait when it is closed", async () => {
    const lines = createLines();
    const sockets = createSockets<Line>({ max: 1, spare: unlimited });
    const open = lines.to("a");
    const first = createTask();
    const use = sockets.use(open, { task: () => first.over.then(lack), signal: AbortSignal.abort() });
    const controller = new AbortController();
    const late = sockets.use(open, { task: settled, signal: controller.signal });

    sockets.close();
    first.end();

    await expect(use).rejects.toThrow();
    controller.abort(new Error("aborted"));
    await expect(late).rejects.toThrow("aborted");
    expect(lines.made()).toBe(1);
  });
});

test("200 registries are asked over 64 sockets", async () => {
  const server = await startQuirkServer((_, response) => void setImmediate(() => answerIndex(response)));
  let most = 0;
  const names = Array.from({ length: 200 }, (_, at) => `r${at}.example`);
  const dns = fakeDns(Object.fromEntries(names.map((name) => [name, ["127.0.0.1"]])));
  const client = makeClient({ registries: [{ prefix: "*.example", plainHTTP: true }] });
  onTestFinished(async () => {
    dns.restore();
    await client.close();
    await server.close();
  });
  const images = names.flatMap((name) => [1, 2, 3, 4].map((at) => `${name}:${server.port}/app-${at}:v1`));

  const digests = await Promise.all(
    images.map(async (image) => {
      const digest = await digestOf(client, parseReference(image));
      most = Math.max(most, server.openConnections());
      return digest;
    }),
  );

  expect(digests.filter((digest) => digest === INDEX_DIGEST)).toHaveLength(800);
  // A socket that is ended is counted until the server has heard of it.
  expect(most).toBeLessThanOrEqual(2 * 64);
});
