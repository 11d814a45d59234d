/** Lists by a key that their values share. It stands on the ground, where all who sort what a text holds can reach it. */

/** Adds a value to the list of its key, which begins with the first. */
export function appendTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
