/** Builds and development environments. */
import type { FieldTable } from "./field-row.ts";

/** Builds and development environments. */
export const builds: FieldTable = {
  __proto__: null as never,
  "kpack.io": () => ({
    "ClusterStack Stack": ["spec/{buildImage,runImage}/image"],
    "ClusterLifecycle ClusterBuildpack Buildpack Extension ClusterExtension": ["spec/image"],
    "ClusterStore Store": ["spec/sources[]/image"],
    Build: ["spec/{builder,runImage}/image"],
  }),
  "shipwright.io": () => ({
    "BuildStrategy ClusterBuildStrategy": ["spec/{steps,buildSteps}[]/image"],
    Build: ["spec/builder/image"],
  }),
  "workspace.devfile.io": () => ({
    "DevWorkspace DevWorkspaceTemplate": ["spec/{template/components,components}[]/container/image"],
  }),
  // Containers may run what skaffold builds, which no registry has: only what has a tag is pinned.
  skaffold: () => ({
    Config: [
      { path: "{customActions[],profiles[]/customActions[]}/containers[]/image", loose: true },
      { path: "{verify[],profiles[]/verify[]}/container/image", loose: true },
      {
        path: "{build,profiles[]/build}/artifacts[]/{ko/fromImage,jib/fromImage,buildpacks/builder,buildpacks/runImage}",
        loose: true,
      },
      {
        path: "{build,profiles[]/build}/googleCloudBuild/{dockerImage,kanikoImage,mavenImage,gradleImage,packImage,koImage,bazelImage}",
        loose: true,
      },
    ],
  }),
  "tackle.konveyor.io": () => ({
    "Addon Extension": ["spec/container/image"],
  }),
};
