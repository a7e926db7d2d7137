import { fusable, isCheap } from "./item.ts";
import type { Access, LoopStep, LoopValue } from "./steps.ts";
import type { Buffer, Item, View } from "./values.ts";
import { canonicalStrides, denseStrides } from "./view.ts";

/** Makes one loop of items of the same shape and level that share values. Only values that others read are stored. */
export function loopsOf(items: readonly Item[]): readonly LoopStep[] {
  const live = reached(items);
  for (const item of items.toReversed()) if (live.has(item)) sink(item, live);
  divide(items, live);
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    if (!live.has(item)) continue;
    const key = groupOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()].flatMap((group) => related(group).map((part) => loopOf(part, live)));
}

/** Cuts a group into parts that have no operand in common. In one loop they would only read more streams at once. */
function related(group: readonly Item[]): readonly (readonly Item[])[] {
  const parts: { readonly items: Item[]; readonly buffers: Set<Buffer> }[] = [];
  for (const item of group) {
    const buffers = new Set<Buffer>([item.buffer]);
    for (const { from } of item.operands) {
      if (typeof from === "number") continue;
      // A single number that many items read does not tie them together, unless it is made in the same group.
      if (from.size > 1 || (from.item !== undefined && groupOf(from.item) === groupOf(item))) buffers.add(from);
    }
    const joined = parts.filter((part) => [...buffers].some((buffer) => part.buffers.has(buffer)));
    const [first, ...others] = joined;
    if (first === undefined) {
      parts.push({ items: [item], buffers });
      continue;
    }
    for (const other of others) {
      first.items.push(...other.items);
      for (const buffer of other.buffers) first.buffers.add(buffer);
      parts.splice(parts.indexOf(other), 1);
    }
    first.items.push(item);
    for (const buffer of buffers) first.buffers.add(buffer);
  }
  return parts.map(({ items }) => items.sort((a, b) => a.id - b.id));
}

function groupOf({ level, shape, part }: Item): string {
  return `${level}:${shape.join()}:${part}`;
}

/**
 * Greatest number of items of a loop. Its function, with an address for each read and store, then stays far below 1000
 * parameters.
 */
const largestLoop = 96;

/** Divides groups that are too large. Items are in topological order, so a part depends on earlier parts only. */
function divide(items: readonly Item[], live: ReadonlySet<Item>): void {
  const counts = new Map<string, number>();
  for (const item of items) {
    if (!live.has(item)) continue;
    const key = `${item.level}:${item.shape.join()}`;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    item.part = Math.floor(count / largestLoop);
  }
}

/** Returns the items that something outside of loops needs, directly or indirectly. */
function reached(items: readonly Item[]): ReadonlySet<Item> {
  const live = new Set<Item>();
  for (const item of items.toReversed()) {
    if (item.external || item.users.some((user) => live.has(user))) live.add(item);
  }
  return live;
}

function usersOf(item: Item, live: ReadonlySet<Item>): readonly Item[] {
  return item.users.filter((user) => live.has(user));
}

/** Whether `user` takes the value of the item from a register. */
function inRegister(item: Item, user: Item): boolean {
  return (
    groupOf(item) === groupOf(user) &&
    item.op !== "sum" &&
    user.operands.every((operand) => operand.from !== item.buffer || fusable(operand, user.shape) === item)
  );
}

function isStored(item: Item, live: ReadonlySet<Item>): boolean {
  return item.external || usersOf(item, live).some((user) => !inRegister(item, user));
}

/**
 * Moves a cheap item to the loop of its first user, if that saves storing it and costs no store of its operands. A
 * slope, for example, is computed again from the activation instead of being kept.
 */
function sink(item: Item, live: ReadonlySet<Item>): void {
  if (item.external || item.op === "sum" || item.op === "copy" || !isCheap(item.op)) return;
  const users = usersOf(item, live);
  let level = Number.POSITIVE_INFINITY;
  for (const user of users) {
    const whole = user.operands.every(
      (operand) => operand.from !== item.buffer || fusable(operand, user.shape) === item,
    );
    level = Math.min(level, whole ? user.level : user.level - 1);
  }
  if (!(level > item.level) || level === Number.POSITIVE_INFINITY) return;
  const kept = item.operands.every(({ from }) => {
    if (typeof from === "number" || from.item === undefined) return true;
    return (
      (isStored(from.item, live) &&
        usersOf(from.item, live).some((user) => user !== item && !inRegister(from.item!, user))) ||
      from.item.external
    );
  });
  if (!kept) return;
  item.level = level;
  item.buffer.level = level;
}

function loopOf(group: readonly Item[], live: ReadonlySet<Item>): LoopStep {
  const { shape } = group[0]!;
  const values: LoopValue[] = [];
  const known = new Map<string | Item, number>();
  const ids = new Map<View["from"], number>();
  const add = (key: string | Item, value: LoopValue): number => {
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, values.length);
    values.push(value);
    return values.length - 1;
  };
  const read = (operand: View): number => {
    if (typeof operand.from === "number") {
      const name = Object.is(operand.from, -0) ? "-0" : String(operand.from);
      return add(`number ${name}`, { kind: "number", value: operand.from });
    }
    const item = fusable(operand, shape);
    const here = item === undefined ? undefined : known.get(item);
    if (here !== undefined) return here;
    const strides = canonicalStrides(operand.shape, operand.strides);
    if (!ids.has(operand.from)) ids.set(operand.from, ids.size);
    const key = `${ids.get(operand.from)}+${operand.offset}:${strides.join()}`;
    return add(key, { kind: "load", access: { buffer: operand.from, offset: operand.offset, strides } });
  };
  const stores: { value: number; access: Access }[] = [];
  const sums: { value: number; access: Access }[] = [];
  for (const item of group) {
    const operands = item.operands.map(read);
    if (item.op === "sum") {
      sums.push({ value: operands[0]!, access: { buffer: item.buffer, offset: 0, strides: item.sumStrides! } });
      continue;
    }
    if (item.op === "copy") known.set(item, operands[0]!);
    else add(item, { kind: "operation", op: item.op, operands });
    if (isStored(item, live)) {
      const access = { buffer: item.buffer, offset: 0, strides: item.storeStrides ?? denseStrides(shape) };
      stores.push({ value: known.get(item)!, access });
    }
  }
  return { kind: "loop", shape, values, stores, sums };
}
