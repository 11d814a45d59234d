import { describe, expect, test } from "vitest";
import { isOfBuild, meaningOf, speaksOfImage } from "../../src/fields/likely-key.ts";

describe("meaningOf", () => {
  test.each([
    ["image", "image"],
    ["serverImage", "image"],
    ["init_image", "image"],
    ["postgreSQLImage", "image"],
    ["model.acme.io/sidecar-image", "image"],
    ["workImagePullSpec", "image"],
    ["imageOverride", "image"],
    ["sidecarimage", "image"],
    ["imagename", "image"],
    ["RELATED_IMAGE_PROXY", "image"],
    ["image2", "image"],
    ["baseimg", "image"],
    ["imageRefs", "images"],
    ["imageList", "images"],
    ["componentImageMap", "images"],
    ["osImageUrls", "other images"],
    ["imageTags", undefined],
    ["osimage", "other images"],
    ["extraimages", "images"],
    ["imagepullsecretref", undefined],
    ["imageRef", "image"],
    ["image_full_name", "image"],
    ["secretImageName", "image"],
    ["registryImage", "image"],
    ["veleroImageFqin", "image"],
    ["images", "images"],
    ["extraImages", "images"],
    ["imageOverrides", "images"],
    ["imagePullPolicy", undefined],
    ["imagePullSecrets", undefined],
    ["imagePullSecretRef", undefined],
    ["imagePullSecretName", undefined],
    ["imagePullSecretsRef", undefined],
    ["imagePullPolicyRef", undefined],
    ["imageRegistryUrl", undefined],
    ["image_registry_ref", undefined],
    ["imageStreamRef", undefined],
    ["imageStreamName", undefined],
    ["imageRepositoryRef", undefined],
    ["imageContentSourceRef", undefined],
    ["cloudControllerImage", "image"],
    ["targetAllocatorImage", "image"],
    ["mirrorMakerImage", "image"],
    ["cloudImage", "other images"],
    ["vmBaseImage", "other images"],
    ["outputServerImage", "none"],
    ["parameters", "unsure"],
    ["imageTag", undefined],
    ["imageRegistry", undefined],
    ["imagery", undefined],
    ["replicas", undefined],
    ["outputImage", "none"],
    ["targetImage", "other images"],
    ["osImages", "other images"],
    ["bootImage", "other images"],
    ["logoImage", "none"],
    ["trustedImages", "none"],
    ["whitelistedContainerImages", "none"],
    ["allowlist", "none"],
    ["previousImage", "other images"],
    ["initrd_image", "other images"],
    ["podSelector", "unsure"],
    ["filters", "unsure"],
    ["status", "none"],
    ["exclude", "none"],
    ["mirrors", "none"],
    ["openAPIV3Schema", "none"],
  ])("says of %s: %s", (key, meaning) => {
    expect(meaningOf(key)).toBe(meaning);
  });
});

describe("speaksOfImage", () => {
  test.each([
    ["imageAgent", true],
    ["imageAllInOne", true],
    ["image_operator", true],
    ["image", false],
    ["imageRegistryPath", false],
    ["imageMirror", false],
    ["agentImage", false],
    ["agentImageToUse", true],
    ["proxyImageArm64", true],
    ["workerImageGPU", true],
    ["bootImageURLs", false],
    ["agentImageSignature", false],
    ["agents", false],
  ])("says of %s: %s", (key, expected) => {
    expect(speaksOfImage(key)).toBe(expected);
  });
});

describe("isOfBuild", () => {
  test.each([
    ["build", true],
    ["dockerfile", true],
    ["dockerFile", true],
    ["dockerfilePath", true],
    ["containerfile", true],
    ["buildArgs", true],
    ["build_context", true],
    ["buildpacks", true],
    ["builder", false],
    ["buildImage", false],
    ["dockerfiles3", false],
    ["signature", false],
  ])("says of %s: %s", (key, expected) => {
    expect(isOfBuild(key)).toBe(expected);
  });
});
