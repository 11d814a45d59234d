/** What the benchmarks read: Deployments as they are written, 1.56 KB each, with three images. */
import { createHash } from "node:crypto";
import { lockText } from "../support/lock-text.ts";

/** `count` images in as many repositories, spread over the hosts. */
export function imageNames(hosts: readonly string[], count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, index) => `${hosts[index % hosts.length]}/team-${index % 12}/service-${index}:v1.${index % 30}.0`,
  );
}

/** `count` Deployments that refer to the images in turn. */
export function deployments(count: number, images: readonly string[]): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const image = (place: number): string => images[(index * 3 + place) % images.length] ?? "";
    return deployment(index, [image(0), image(1), image(2)]);
  });
}

/** A ResourceList as orchestrators send it, of the texts of items. */
export function resourceList(items: readonly string[]): string {
  const indented = items.map((item) => `- ${item.trimEnd().replaceAll("\n", "\n  ")}\n`);
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${indented.join("")}`;
}

/** A stream of manifests. */
export function stream(items: readonly string[]): string {
  return items.join("---\n");
}

/** An image with a digest, which is not the registry's. */
export function pinned(image: string): string {
  return `${image}@${digestOf(image)}`;
}

/** An ImageLock that holds the images. */
export function imageLock(images: readonly string[]): string {
  return lockText(Object.fromEntries(images.map((image) => [image, digestOf(image)])), {
    "config.kubernetes.io/index": "0",
    "config.kubernetes.io/path": "image-lock.yaml",
    "internal.config.kubernetes.io/index": "0",
    "internal.config.kubernetes.io/path": "image-lock.yaml",
  });
}

function digestOf(image: string): string {
  return `sha256:${createHash("sha256").update(image).digest("hex")}`;
}

function deployment(index: number, [web, proxy, setup]: readonly [string, string, string]): string {
  const name = `service-${index}`;
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: team-${index % 12}
  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/part-of: shop
  annotations:
    config.kubernetes.io/index: "0"
    config.kubernetes.io/path: apps/${name}.yaml
    internal.config.kubernetes.io/index: "0"
    internal.config.kubernetes.io/path: apps/${name}.yaml
spec:
  replicas: ${(index % 4) + 1}
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
    spec:
      serviceAccountName: ${name}
      terminationGracePeriodSeconds: 45
      initContainers:
      - name: setup
        image: ${setup}
        args: [migrate, --wait]
      containers:
      - name: web
        image: ${web} # the front
        ports:
        - name: http
          containerPort: 8080
        env:
        - name: LOG_LEVEL
          value: "info"
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        resources:
          limits:
            cpu: 500m
            memory: 256Mi
        readinessProbe:
          httpGet:
            path: /healthz
            port: http
          periodSeconds: 5
      - name: proxy
        image: ${proxy}
        args:
        - --upstream=127.0.0.1:8080
`;
}
