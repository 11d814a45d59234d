import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, vi } from "vitest";
import { LOOPBACK_TLS } from "../support/loopback-tls.mjs";
import { hangLimit } from "../support/time-limit.ts";
import { type Ended, run } from "./command.ts";

/** A cluster without nodes: all of the API server, and the controllers that make Pods. */
export interface Cluster {
  /** Runs kubectl as the cluster's administrator. */
  kubectl(args: readonly string[], input?: string): Promise<Ended>;
  /** What `kubectl get … -o json` gives. */
  get(...args: readonly string[]): Promise<ReturnType<typeof JSON.parse>>;
}

/** Starts a cluster before the tests of a suite and stops it after them. */
export function useCluster(): Cluster {
  let folder = "";
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cluster-"));
    const ports = await freePorts(3);
    writeFiles(folder, ports);
    const start = (command: string, args: readonly string[]) => children.push(startIn(folder, command, args));
    start("etcd", etcdArgs(folder, ports));
    await ready(() => fetch(`http://127.0.0.1:${ports[0]}/health`).then(({ ok }) => ok), folder);
    start("kube-apiserver", apiServerArgs(folder, ports));
    await ready(async () => (await kubectl(["get", "--raw", "/readyz"])).code === 0, folder);
    start("kube-controller-manager", controllerArgs(folder));
  });
  afterAll(async () => {
    // The API server waits for etcd when it ends, so the last one ends first.
    for (const child of children.reverse()) await stop(child);
    rmSync(folder, { recursive: true, force: true });
  });

  const kubectl = (args: readonly string[], input = ""): Promise<Ended> =>
    run("kubectl136", args, {
      input,
      env: { KUBECONFIG: join(folder, "kubeconfig"), HOME: folder },
    });

  return {
    kubectl,
    async get(...args) {
      const { code, stdout, stderr } = await kubectl(["get", ...args, "-o", "json"]);
      if (code !== 0) throw new Error(`kubectl get ${args.join(" ")}: ${stderr}`);
      return JSON.parse(stdout);
    },
  };
}

/** Ports that nobody listens at. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(
    servers.map((server) => {
      server.close();
      return once(server, "close");
    }),
  );
  return ports;
}

function writeFiles(folder: string, [, , port]: readonly number[]): void {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "c",
        cluster: {
          server: `https://127.0.0.1:${port}`,
          "certificate-authority-data": Buffer.from(LOOPBACK_TLS.cert).toString("base64"),
        },
      },
    ],
    users: [{ name: "admin", user: { token: "admin-of-a-test" } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "admin" } }],
    "current-context": "c",
  };
  const files = {
    "service-account.key": privateKey,
    "tls.key": LOOPBACK_TLS.key,
    "tls.crt": LOOPBACK_TLS.cert,
    tokens: "admin-of-a-test,admin,1,system:masters\n",
    kubeconfig: JSON.stringify(kubeconfig),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
}

function etcdArgs(folder: string, [client, peer]: readonly number[]): readonly string[] {
  const url = `http://127.0.0.1:${client}`;
  return [
    `--data-dir=${folder}/etcd`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    // Nothing of it is to outlive the test.
    "--unsafe-no-fsync",
  ];
}

function apiServerArgs(folder: string, [etcd, , port]: readonly number[]): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcd}`,
    "--service-account-issuer=https://cluster.invalid",
    `--service-account-key-file=${folder}/service-account.key`,
    `--service-account-signing-key-file=${folder}/service-account.key`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    `--tls-cert-file=${folder}/tls.crt`,
    `--tls-private-key-file=${folder}/tls.key`,
    `--token-auth-file=${folder}/tokens`,
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.0.0.0/24",
    "--disable-admission-plugins=ServiceAccount",
  ];
}

function controllerArgs(folder: string): readonly string[] {
  return [
    `--kubeconfig=${folder}/kubeconfig`,
    "--leader-elect=false",
    "--secure-port=0",
    "--controllers=deployment-controller,replicaset-controller,job-controller,garbage-collector-controller,namespace-controller",
  ];
}

/** A process that writes what it has to say into a file, which tells why it did not start. */
function startIn(folder: string, command: string, args: readonly string[]): ChildProcess {
  const log = `${folder}/${command}.log`;
  return spawn("sh", ["-c", 'exec "$@" >"$0" 2>&1', log, command, ...args], { stdio: "ignore" });
}

/** Waits until a question is answered with yes. */
async function ready(isReady: () => Promise<boolean>, folder: string): Promise<void> {
  try {
    await vi.waitUntil(() => isReady().catch(() => false), { timeout: hangLimit, interval: 200 });
  } catch (cause) {
    const logs = ["etcd", "kube-apiserver"].map((name) => tailOf(`${folder}/${name}.log`));
    throw new Error(`the cluster did not start:\n${logs.join("\n")}`, { cause });
  }
}

function tailOf(log: string): string {
  try {
    return readFileSync(log, "utf8").split("\n").slice(-20).join("\n");
  } catch (error) {
    return String(error);
  }
}

/** Ends a process; one that is still there after a while is killed. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill();
  const killer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(killer);
}
