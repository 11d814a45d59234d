import { describe, expect, test } from "vitest";
import { isLedByImage, meaningOf } from "../../src/fields/likely-key.ts";

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
    ["osimage", "none"],
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
    ["cloudImage", "none"],
    ["vmBaseImage", "none"],
    ["outputServerImage", "none"],
    ["parameters", "unsure"],
    ["imageTag", undefined],
    ["imageRegistry", undefined],
    ["imagery", undefined],
    ["replicas", undefined],
    ["outputImage", "none"],
    ["targetImage", "none"],
    ["osImages", "none"],
    ["bootImage", "none"],
    ["logoImage", "none"],
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
