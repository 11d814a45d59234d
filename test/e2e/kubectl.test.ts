import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lockText } from "../support/lock-text.ts";
import { type Ended, run } from "./command.ts";
import { describeWith } from "./tools.ts";
import { folderOf } from "./workspace.ts";

describeWith(["kubectl"], "kubectl apply -f with a lock in the folder", () => {
  const cluster = useCluster();
  const web = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: default}\n";
  const lock = lockText({});
  const apply = (folder: string): Promise<Ended> =>
    run("kubectl", [
      "apply",
      "--validate=false",
      "--server",
      cluster(),
      "--cache-dir",
      join(folder, "cache"),
      "-f",
      folder,
    ]);

  test("applies the rest and fails, since no cluster knows its kind", async () => {
    const ended = await apply(folderOf({ "web.yaml": web, "image-lock.yaml": lock }));

    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe("configmap/web created\n");
    expect(ended.stderr).toContain('no matches for kind "ImageLock"');
  });

  test("does not read one whose name it does not know", async () => {
    const ended = await apply(folderOf({ "web.yaml": web, "image-lock": lock }));

    expect(ended).toMatchObject({ code: 0, stdout: "configmap/web created\n" });
  });
});

/** As much of an API server as kubectl needs to create a ConfigMap. */
function useCluster(): () => string {
  const answers: Readonly<Record<string, unknown>> = {
    "/api": { kind: "APIVersions", versions: ["v1"] },
    "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [] },
    "/api/v1": {
      kind: "APIResourceList",
      groupVersion: "v1",
      resources: [{ name: "configmaps", namespaced: true, kind: "ConfigMap", verbs: ["create", "get"] }],
    },
  };
  const missing = { kind: "Status", status: "Failure", reason: "NotFound", code: 404 };
  const server = createServer(async (request, response) => {
    const [path = ""] = (request.url ?? "").split("?");
    const body = request.method === "POST" ? JSON.parse(await text(request)) : answers[path];
    const code = request.method === "POST" ? 201 : body === undefined ? 404 : 200;
    response.writeHead(code, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body ?? missing));
  });
  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
