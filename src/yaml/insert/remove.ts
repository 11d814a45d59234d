/** Taking a member out of a collection, with the line or the comma that it had. */
import { layoutOf } from "../layout.ts";
import { lineStart, nextLine } from "../line.ts";
import { isFlow } from "../node.ts";
import type { YamlNode, YamlText } from "../scan.ts";
import type { TextEdit } from "../text-edit.ts";
import { commaPlace } from "./insert.ts";

/** The edit after which a collection lacks the member at an index. It must have others. */
export function remove(yaml: YamlText, collection: YamlNode, index: number): TextEdit {
  const { text } = yaml;
  const layout = layoutOf(yaml, collection);
  const { start, end } = layout.spanOf(index);
  if (isFlow(yaml, collection) && index > 0) {
    const before = commaPlace(yaml, layout.valueOf(index - 1), layout.spanOf(index - 1).end);
    return { start: before.at, end: commaPlace(yaml, layout.valueOf(index), end).at, text: "" };
  }
  if (!isFlow(yaml, collection)) {
    const line = lineStart(text, start);
    if (text.slice(line, start).trim() === "") return { start: line, end: nextLine(text, end), text: "" };
  }
  return { start, end: index + 1 < layout.size ? layout.spanOf(index + 1).start : end, text: "" };
}
