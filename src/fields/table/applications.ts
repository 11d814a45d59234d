/** Applications with an operator of their own. */
import type { FieldTable } from "./field-row.ts";

/** Applications with an operator of their own. */
export const applications: FieldTable = {
  __proto__: null as never,
  "toolhive.stacklok.dev": () => ({
    MCPServer: ["spec/image", "spec/podTemplateSpec/spec/<pod>"],
  }),
  "repo-manager.pulpproject.org": () => ({
    Pulp: [
      "spec/{admin_password_job,migration_job,signing_job}/container/image",
      "spec/{api,content,worker}/init_container/image",
      { path: "spec/{image,image_web,cache/redis_image,database/postgres_image}", tagless: "keep" },
      { path: "spec/telemetry/otel_collector_image", tagless: "keep" },
    ],
  }),
  "wildfly.org": () => ({
    WildFlyServer: ["spec/applicationImage"],
  }),
  "apps.openliberty.io liberty.websphere.ibm.com": () => ({
    "OpenLibertyApplication WebSphereLibertyApplication": ["spec/applicationImage"],
  }),
  "rc.app.stacks app.stacks": () => ({
    RuntimeComponent: ["spec/applicationImage"],
  }),
  "wordpress.presslabs.org": () => ({
    Wordpress: [{ path: "spec", in: "repositoryAndTag", keys: { repository: ["image"], tag: ["tag"] } }],
  }),
  "installation.mattermost.com mattermost.com": () => ({
    "Mattermost ClusterInstallation": [
      { path: "spec", in: "repositoryAndTag", keys: { repository: ["image"], tag: ["version"] } },
    ],
  }),
  "org.eclipse.che": () => ({
    CheCluster: [
      "spec/components/{cheServer,dashboard,devfileRegistry,pluginRegistry}/deployment/containers[]/image",
    ],
  }),
  "backstage.io rhdh.redhat.com": () => ({
    Backstage: ["spec/application/image"],
  }),
  "app.kiegroup.org sonataflow.org": () => ({
    "SonataFlowPlatform SonataFlow": [
      { path: "spec/**/podTemplate/container/image", loose: true },
      { path: "spec/build/baseImage", loose: true },
    ],
  }),
  "pulp.pulpproject.org repo-manager.pulpproject.org": () => ({
    Pulp: [{ path: "spec/{image_web,cache/redis_image,database/postgres_image}", tagless: "keep" }],
  }),
  "goharbor.io": () => ({
    "Harbor HarborCluster": [
      "spec/{core,jobservice,portal,registry,registryctl,chartmuseum,exporter,trivy}/image",
      "spec/storage/spec/minIO/{image,mc/image}",
    ],
    "ChartMuseum Core Exporter JobService NotaryServer NotarySigner Portal Registry RegistryController Trivy":
      ["spec/image"],
  }),
  "app.kiegroup.org": () => ({
    "KogitoRuntime KogitoSupportingService": ["spec/image"],
  }),
};
