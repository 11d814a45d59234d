/**
 * What a run did, for the description of a pull request. Whatever a name, a label or a message says stands in code spans, in
 * which nothing of Markdown means anything: no link, no mention, no HTML.
 *
 * https://github.github.com/gfm/#code-spans
 */

import { formatPlace, type Result } from "../krm/result.ts";
import { type Voucher, voucherLines } from "../lock/format/voucher.ts";
import { counted } from "../text/counted.ts";
import { printable } from "../text/printable.ts";
import { shorten } from "../text/quote.ts";
import { compareLink } from "./compare-link.ts";
import { groupByImage, type ImageGroup } from "./image-groups.ts";
import type { ImageUse } from "./image-use.ts";
import type { ImageVersion, Versions } from "./versions.ts";

/** What a report is made from. */
export interface MarkdownSource {
  readonly results: readonly Result[];
  /** With who vouches for them. */
  readonly images: readonly ImageUse[];
  readonly versions: Versions;
  /** The time, for the age of images. */
  readonly now: number;
}

/** Writes the report: what moved, what was pinned, and what is to be known. */
export function markdownReport({ results, images, versions, now }: MarkdownSource): string {
  const known = { versions, now, vouchers: vouchersOf(images) };
  const groups = groupByImage(results);
  const ofKind = (kind: Kind): readonly ImageGroup[] => groups.filter((group) => kindOf(group) === kind);
  const sections = [
    section("Moved", ofKind("moved"), (group) => changeItem(group, known)),
    section("Pinned", ofKind("pinned"), (group) => changeItem(group, known)),
    section("Problems", ofKind("problem"), problemItem),
  ].flat();
  const [moved, pinned] = [ofKind("moved").length, ofKind("pinned").length];
  const sum = `${moved} moved, ${pinned} pinned, ${counted(ofKind("problem").length, "problem")}.`;
  return ["## Container images", "", sum, ...sections, ""].join("\n");
}

type Kind = "moved" | "pinned" | "problem";

/** Undefined for what a reviewer need not know. */
function kindOf({ change, results }: ImageGroup): Kind | undefined {
  if (change === undefined) return results[0].severity === "info" ? undefined : "problem";
  return change.from.includes("@") ? "moved" : "pinned";
}

function section(
  title: string,
  groups: readonly ImageGroup[],
  item: (group: ImageGroup) => readonly string[],
): readonly string[] {
  if (groups.length === 0) return [];
  const more = groups.length > itemsMax ? [`- ${groups.length - itemsMax} more`] : [];
  return ["", `### ${title}`, "", ...groups.slice(0, itemsMax).flatMap(item), ...more];
}

// Forges refuse long descriptions.
const itemsMax = 70;

/** What is known of images beside their digests. */
interface Known extends Pick<MarkdownSource, "versions" | "now"> {
  /** By the text that was written. */
  readonly vouchers: ReadonlyMap<string, readonly Voucher[]>;
}

function vouchersOf(images: readonly ImageUse[]): Known["vouchers"] {
  return new Map(images.flatMap(({ text, vouchers }) => (vouchers ? [[text, vouchers] as const] : [])));
}

function changeItem({ results, change }: ImageGroup, { versions, now, vouchers }: Known): readonly string[] {
  const { from, to } = change ?? { from: "", to: "" };
  const [name = "", before] = from.split("@");
  const [target = "", after = target] = to.split("@");
  const old = before === undefined ? "" : `${code(before)} → `;
  return [
    `- ${code(name)}: ${old}${code(after)}`,
    ...versionLines(versions.get(from), versions.get(to), now).map((line) => `  - ${line}`),
    ...voucherLines(vouchers.get(to) ?? []).map((line) => `  - ${code(line)}`),
    `  - ${whereUsed(results)}`,
  ];
}

function versionLines(
  before: ImageVersion | undefined,
  after: ImageVersion | undefined,
  now: number,
): readonly string[] {
  if (after === undefined) return [];
  const built =
    after.created === undefined ? [] : [`built ${dayOf(after.created)} (${ageOf(after.created, now)})`];
  const version =
    after.version === undefined
      ? []
      : [`version ${code(before?.version ?? "unknown")} → ${code(after.version)}`];
  const link = before && compareLink(before, after);
  const lost = before?.platforms.filter((each) => !after.platforms.includes(each)) ?? [];
  const gained = before && after.platforms.filter((each) => !before.platforms.includes(each));
  return [
    [...version, ...built].join(", "),
    link === undefined ? "" : `[what changed](${link})`,
    lost.length === 0 ? "" : `**lost** ${lost.map(code).join(", ")}`,
    gained === undefined || gained.length === 0 ? "" : `gained ${gained.map(code).join(", ")}`,
  ].filter((line) => line !== "");
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function ageOf(created: number, now: number): string {
  const hours = Math.floor((now - created) / 3_600_000);
  if (hours < 0) return "in the future";
  const [count, unit] = hours < 48 ? [hours, "hour"] : [Math.floor(hours / 24), "day"];
  return `${counted(count, unit)} old`;
}

function problemItem({ results }: ImageGroup): readonly string[] {
  const [first] = results;
  return [`- **${first.severity}**: ${code(first.message)}`, `  - ${whereUsed(results.map(atPosition))}`];
}

/** With the place of the problem in the name of its file, since somebody has to go there. */
function atPosition(result: Result): Result {
  const { file, position } = result;
  if (file === undefined || position === undefined) return result;
  return { ...result, file: { ...file, path: `${file.path}:${position.line}:${position.column}` } };
}

const placesMax = 5;

function whereUsed(results: readonly Result[]): string {
  const files = new Set(results.flatMap(({ file }) => file?.path ?? []));
  const names = files.size > 0 ? [...files] : results.map(({ file: _, ...place }) => formatPlace(place));
  const shown = [...new Set(names)].filter(Boolean);
  const more = shown.length > placesMax ? ` and ${shown.length - placesMax} more` : "";
  const count = counted(results.length, "place");
  if (shown.length === 0) return count;
  return `${count}: ${shown.slice(0, placesMax).map(code).join(", ")}${more}`;
}

/** A code span, which ends at no backtick of the text. */
function code(text: string): string {
  const shown = shorten(printable(text), 400);
  const longest = (shown.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const fence = "`".repeat(longest + 1);
  const blank = longest > 0 || shown.trim() !== shown ? " " : "";
  return shown.trim() === "" ? "(blank)" : `${fence}${blank}${shown}${blank}${fence}`;
}
