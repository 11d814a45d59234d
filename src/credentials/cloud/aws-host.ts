/** A registry of Amazon's and the service that gives passwords for it. */
export interface EcrHost {
  readonly isPublic: boolean;
  readonly region: string;
  /** The registry's owner; empty for the public one. */
  readonly account: string;
  /** URL of the service. */
  readonly api: string;
}

/**
 * Reads the host of a private or public ECR registry; nothing for any other.
 *
 *     private    = account ".dkr.ecr" ["-fips"] "." region "." suffix
 *     dual-stack = account ".dkr-ecr" ["-fips"] "." region (".on.aws" / ".on.amazonwebservices.com.cn")
 *
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-ipv6.html
 * https://docs.aws.amazon.com/general/latest/gr/ecr.html
 */
export function parseEcrHost(host: string): EcrHost | undefined {
  const publicApi = publicApis.get(host);
  if (publicApi !== undefined) return { isPublic: true, region: "us-east-1", account: "", api: publicApi };
  const groups = privatePattern.exec(host)?.groups;
  if (groups === undefined) return undefined;
  const { account = "", separator, fips, region = "", suffix = "" } = groups;
  const dualStack = separator === "-";
  if (!(dualStack ? dualStackSuffixes : suffixes).includes(suffix)) return undefined;
  const service = `ecr${fips ?? ""}.${region}`;
  const api = dualStack
    ? `${service}.${suffix === "on.aws" ? "api.aws" : "api.amazonwebservices.com.cn"}`
    : `${fips === undefined ? "api." : ""}${service}.${suffix}`;
  return { isPublic: false, region, account, api: `https://${api}/` };
}

/** The domain of AWS's services in a region. */
export function domainOfRegion(region: string): string {
  return partitions.find(([start]) => region.startsWith(start))?.[1] ?? "amazonaws.com";
}

// The service of the public registry stands in one region alone.
const publicApis: ReadonlyMap<string, string> = new Map([
  ["public.ecr.aws", "https://api.ecr-public.us-east-1.amazonaws.com/"],
  ["ecr-public.aws.com", "https://ecr-public.us-east-1.api.aws/"],
]);

const privatePattern =
  /^(?<account>\d{12})\.dkr(?<separator>[.-])ecr(?<fips>-fips)?\.(?<region>[a-z0-9-]+)\.(?<suffix>[a-z0-9.-]+)$/;

const partitions = [
  ["cn-", "amazonaws.com.cn"],
  ["eusc-", "amazonaws.eu"],
  ["us-iso-", "c2s.ic.gov"],
  ["us-isob-", "sc2s.sgov.gov"],
  ["eu-isoe-", "cloud.adc-e.uk"],
  ["us-isof-", "csp.hci.ic.gov"],
] as const;

const suffixes: readonly string[] = ["amazonaws.com", ...partitions.map(([, domain]) => domain)];
const dualStackSuffixes: readonly string[] = ["on.aws", "on.amazonwebservices.com.cn"];
