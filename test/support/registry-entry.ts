import type { RegistryConfig } from "../../src/image/registry-config.ts";

/** An entry of `registries` that says nothing but its prefix, and what is given here. */
export function registryEntry(prefix: string, more: Partial<RegistryConfig> = {}): RegistryConfig {
  return {
    mirrors: [],
    only: false,
    plainHTTP: false,
    insecureSkipTLSVerify: false,
    caFile: "",
    certFile: "",
    keyFile: "",
    blocked: false,
    fromPackage: false,
    ...more,
    prefix,
  };
}
