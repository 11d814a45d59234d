/** All parts of the built-in table, and the rows that hold for every kind. */

import { applications } from "./applications.ts";
import { builds } from "./builds.ts";
import { clouds } from "./clouds.ts";
import { clusters } from "./clusters.ts";
import { configuration } from "./configuration.ts";
import { databases } from "./databases.ts";
import type { FieldRow, FieldTable } from "./field-row.ts";
import { learning } from "./learning.ts";
import { machines } from "./machines.ts";
import { messaging } from "./messaging.ts";
import { networking } from "./networking.ts";
import { observability } from "./observability.ts";
import { openshift } from "./openshift.ts";
import { packages } from "./packages.ts";
import { security } from "./security.ts";
import { serverless } from "./serverless.ts";
import { storage } from "./storage.ts";
import { testing } from "./testing.ts";
import { workflows } from "./workflows.ts";

/** Where kinds keep their images, by subject. */
export const fieldTables: readonly FieldTable[] = [
  workflows,
  observability,
  networking,
  learning,
  clusters,
  clouds,
  databases,
  messaging,
  storage,
  security,
  testing,
  machines,
  openshift,
  packages,
  applications,
  serverless,
  builds,
  configuration,
];

// What a person calls an image to be pushed, which may not be there yet.
const outputs =
  "OUTPUT_*|*_OUTPUT_IMAGE|PUSH_*|*_PUSH_IMAGE|TARGET_*|*_TARGET_IMAGE|DEST_*|DESTINATION_*|RESULT_*";

/** What stands in containers and annotations of whatever kind. The name of the field says that it is an image; its value must, too. */
export const anyKindRows: Readonly<Record<"containers" | "annotations", readonly FieldRow[]>> = {
  containers: [
    { path: "env[name=RELATED_IMAGE_*|*_IMAGE]/value", loose: true, except: outputs },
    // `3.9.0=quay.io/strimzi/kafka:1.0.0-kafka-3.9.0`, a line each.
    {
      path: "env[name=*_IMAGES]/value",
      in: "text",
      pattern: "^[ \\t]*[\\w.+-]+=(?<image>\\S+)[ \\t]*$",
      loose: true,
    },
    // The Prometheus operator's flag doesn't say that it is an image.
    {
      path: "{args,command}",
      in: "text",
      mentions: ["-image", "-reloader"],
      pattern:
        "^--?(?:prometheus-config-reloader|(?!(?:output|target|dest|destination|push|result)-)[a-z0-9]+(?:-[a-z0-9]+)*-image)[=\\n](?<image>[^\\s-]\\S*)$",
      loose: true,
    },
  ],
  // Each is called after an image, without which annotations are not looked at.
  annotations: [
    {
      path: "{sidecar.istio.io~1proxyImage,dapr.io~1sidecar-image,vault.hashicorp.com~1agent-image}",
      loose: true,
    },
    // Linkerd keeps the tag in `proxy-version`, but takes a whole reference too.
    { path: "config.linkerd.io~1{proxy,init,debug}-image", loose: true },
    { path: "vault.security.banzaicloud.io~1{vault-env,vault,vault-agent}-image", loose: true },
    { path: "admission.datadoghq.com~1{java,js,python,dotnet,ruby,php}-lib.custom-image", loose: true },
  ],
};
