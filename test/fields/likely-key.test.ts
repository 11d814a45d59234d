import { describe, expect, test } from "vitest";
import { isLedByImage, isOfBuild, meaningOf } from "../../src/fields/likely-key.ts";

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

describe("isLedByImage", () => {
  test.each([
    ["imageAgent", true],
    ["imageAllInOne", true],
    ["image_operator", true],
    ["image", false],
    ["imageRegistryPath", false],
    ["imageMirror", false],
    ["agentImage", false],
  ])("says of %s: %s", (key, expected) => {
    expect(isLedByImage(key)).toBe(expected);
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
