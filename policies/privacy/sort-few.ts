// Sorting of a handful: the runtime's own sort makes working arrays of 0.7 KB for two elements.

/** Longer arrays are sorted by the runtime. */
const FEW = 8;

/** Sorts in place, what is equal in the order in which it stood; gives the array back. */
export function sortFew<T>(items: T[], compare: (a: T, b: T) => number): T[] {
  if (items.length > FEW) return items.sort(compare);
  for (let i = 1; i < items.length; i += 1) {
    const item = items[i] as T;
    let at = i;
    for (; at > 0 && compare(items[at - 1] as T, item) > 0; at -= 1) items[at] = items[at - 1] as T;
    items[at] = item;
  }
  return items;
}
