import { type LoopStep, readsOf, type Step, writesOf } from "./lower/steps.ts";
import type { Buffer } from "./lower/values.ts";

/** The order in which steps run, and the places of their temporary buffers relative to a common start. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Bytes that temporary buffers take together. */
  readonly bytes: number;
  /** Bytes of the buffers that live at the worst moment. No plan can take less. */
  readonly lowerBound: number;
  /** Gives temporary buffers their addresses. */
  settle(start: number): void;
}

/** Orders steps and places their temporary buffers, so that buffers that live at the same time do not overlap. */
export function plan(steps: readonly Step[]): Plan {
  const ordered = order(steps);
  const slots = slotsOf(ordered);
  const bytes = layOut(slots);
  return {
    steps: ordered,
    bytes,
    lowerBound: busiest(slots, ordered.length),
    settle(start) {
      for (const { buffers, offset } of slots) for (const buffer of buffers) buffer.place = start + offset;
    },
  };
}

/**
 * Orders steps depth first from those that write to fixed places. The largest operand comes first, so that what is
 * computed last is used at once.
 */
function order(steps: readonly Step[]): readonly Step[] {
  const makers = new Map<Buffer, Step>();
  for (const step of steps) for (const buffer of writesOf(step)) makers.set(buffer, step);
  const done = new Set<Step>();
  const begun = new Set<Step>();
  for (const root of steps) {
    if (!writesOf(root).some(({ place }) => place !== undefined)) continue;
    const stack = [root];
    while (stack.length > 0) {
      const step = stack.at(-1)!;
      if (done.has(step) || begun.has(step)) {
        done.add(step);
        stack.pop();
        continue;
      }
      begun.add(step);
      const operands = [...new Set(readsOf(step))].sort((a, b) => a.size - b.size);
      for (const buffer of operands) {
        const maker = makers.get(buffer);
        if (maker !== undefined && !done.has(maker)) stack.push(maker);
      }
    }
  }
  return [...done];
}

/** Memory that several buffers use one after the other. */
interface Slot {
  readonly buffers: Buffer[];
  readonly bytes: number;
  readonly first: number;
  last: number;
  offset: number;
}

function slotsOf(steps: readonly Step[]): readonly Slot[] {
  const lastUse = new Map<Buffer, number>();
  for (const [time, step] of steps.entries()) {
    for (const buffer of [...readsOf(step), ...writesOf(step)]) lastUse.set(buffer, time);
  }
  const slots: Slot[] = [];
  const slotOf = new Map<Buffer, Slot>();
  for (const [time, step] of steps.entries()) {
    const taken = new Set<Buffer>();
    for (const buffer of writesOf(step)) {
      if (buffer.place !== undefined) continue;
      const last = lastUse.get(buffer)!;
      const heir = step.kind === "loop" ? dyingOperand(step, buffer, time, lastUse, taken, slotOf) : undefined;
      if (heir !== undefined) {
        taken.add(heir);
        const slot = slotOf.get(heir)!;
        slot.buffers.push(buffer);
        slot.last = last;
        slotOf.set(buffer, slot);
        continue;
      }
      const slot = { buffers: [buffer], bytes: 16 * Math.ceil(buffer.size / 2), first: time, last, offset: 0 };
      slots.push(slot);
      slotOf.set(buffer, slot);
    }
  }
  return slots;
}

/**
 * Returns an operand with which a result may share memory: its last use is here, and it is read entry by entry where
 * the result is written.
 */
function dyingOperand(
  step: LoopStep,
  buffer: Buffer,
  time: number,
  lastUse: ReadonlyMap<Buffer, number>,
  taken: ReadonlySet<Buffer>,
  slotOf: ReadonlyMap<Buffer, Slot>,
): Buffer | undefined {
  const store = step.stores.find(({ access }) => access.buffer === buffer);
  if (store === undefined) return undefined;
  const unsuitable = new Set<Buffer>();
  const candidates = new Set<Buffer>();
  for (const value of step.values) {
    if (value.kind !== "load") continue;
    const { buffer: operand, offset, strides } = value.access;
    const same = offset === 0 && strides.every((stride, axis) => stride === store.access.strides[axis]);
    (same ? candidates : unsuitable).add(operand);
  }
  for (const operand of candidates) {
    if (unsuitable.has(operand) || taken.has(operand) || operand.size !== buffer.size) continue;
    if (slotOf.has(operand) && lastUse.get(operand) === time) return operand;
  }
  return undefined;
}

/** Places slots, the largest first, each at the lowest place that is free while it lives. Returns the bytes of all. */
function layOut(slots: readonly Slot[]): number {
  const placed: Slot[] = [];
  let bytes = 0;
  for (const slot of [...slots].sort((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    const others = placed
      .filter(({ first, last }) => first <= slot.last && slot.first <= last)
      .sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const other of others) {
      if (other.offset - offset >= slot.bytes) break;
      offset = Math.max(offset, other.offset + other.bytes);
    }
    slot.offset = offset;
    bytes = Math.max(bytes, offset + slot.bytes);
    placed.push(slot);
  }
  return bytes;
}

function busiest(slots: readonly Slot[], steps: number): number {
  const change = new Float64Array(steps + 1);
  for (const { bytes, first, last } of slots) {
    change[first]! += bytes;
    change[last + 1]! -= bytes;
  }
  let [living, most] = [0, 0];
  for (const difference of change) {
    living += difference;
    most = Math.max(most, living);
  }
  return most;
}
