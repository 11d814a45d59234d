import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { startRegistry } from "../support/registry.mjs";
import { type Run, type RunOptions, runExecutable } from "./executable.ts";

/** The executable beside a registry that has every image, but for those named "absent" (404) and "silent" (no answer). */
export interface Bench {
  /** The look-ups since the present test began, as `library/nginx:1.27`, in the order they came. */
  requests(): readonly string[];
  /** `nginx:1.27` as it is to be written: with the digest that the registry has for it. */
  pinned(image: string): string;
  /** The registry's host and port, for references that name it outright. */
  host(): string;
  /** A PinDigests configuration that sends every look-up to the registry, with further lines of YAML. */
  config(...lines: readonly string[]): string;
  /** Runs the executable, all look-ups sent to the registry by `-f`, with further lines of configuration. */
  pin(input: string | Buffer, ...lines: readonly string[]): Promise<Run>;
  /** Runs the executable with what the options say and nothing else. */
  run(input: string | Buffer, options?: RunOptions): Promise<Run>;
}

/** Starts the registry before the tests of a file and stops it after them. */
export function useBench(): Bench {
  let registry: Awaited<ReturnType<typeof startRegistry>> | undefined;
  let before = 0;
  let folder = "";
  let files = 0;

  beforeAll(async () => {
    registry = await startRegistry({ any: true, onRequest: answerOddly });
    folder = await mkdtemp(join(tmpdir(), "conformance-"));
  });
  beforeEach(() => {
    before = theRegistry().requests.length;
  });
  afterAll(async () => {
    await registry?.close();
    await rm(folder, { recursive: true, force: true });
  });

  function theRegistry() {
    if (registry === undefined) {
      throw new Error("the registry runs only while tests run");
    }
    return registry;
  }

  function config(...lines: readonly string[]): string {
    return [
      "apiVersion: fn.kpt.dev/v1alpha1",
      "kind: PinDigests",
      "metadata: {name: pin-digests}",
      `registries: [{prefix: "*", mirrors: ["${theRegistry().url}"], only: true}]`,
      ...lines,
      "",
    ].join("\n");
  }

  async function pin(input: string | Buffer, ...lines: readonly string[]): Promise<Run> {
    files += 1;
    const file = join(folder, `config-${files}.yaml`);
    await writeFile(file, config(...lines));
    return await runExecutable(input, { args: ["-f", file] });
  }

  return {
    requests: () =>
      theRegistry()
        .requests.slice(before)
        .map(({ path }) => toLookUp(path)),
    pinned: (image) => {
      const [repository = "", tag = "latest"] = image.split(":");
      return `${image}@${theRegistry().digestOf(`library/${repository}`, tag)}`;
    },
    host: () => theRegistry().host,
    config,
    pin,
    run: runExecutable,
  };
}

function answerOddly({ url = "" }: IncomingMessage, response: ServerResponse): boolean {
  if (url.includes("silent/manifests/")) {
    return true;
  }
  if (url.includes("absent/manifests/")) {
    response.writeHead(404, { "content-type": "application/json" });
    response.end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
    return true;
  }
  return false;
}

function toLookUp(path: string): string {
  const [, repository, reference] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(path) ?? [];
  return repository === undefined ? path : `${repository}:${reference}`;
}
