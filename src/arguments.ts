/** Rules for arguments that are not options: things by their members, paths, lists. `checkOption` checks by them. */
import type { KindRule } from "./options.ts";

/** Kind of a member: a `typeof`, or `list` for an array, typed or not. */
type MemberKind = "function" | "number" | "string" | "object" | "boolean" | "list";

const isList = (value: unknown): boolean => Array.isArray(value) || ArrayBuffer.isView(value);
const isOfKind = (value: unknown, kind: MemberKind): boolean =>
  kind === "list" ? isList(value) : typeof value === kind && value !== null;

/**
 * Makes the rule of a thing that is known by its members.
 *
 * @param expected what it is, such as "a problem"
 * @param members kind of each member that is looked at
 */
export function thing(expected: string, members: Readonly<Record<string, MemberKind>>): KindRule {
  const is = (value: unknown): boolean =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(members).every(([name, kind]) => isOfKind((value as Record<string, unknown>)[name], kind));
  return { expected, is };
}

/** A path in the file system. */
export const path: KindRule = {
  expected: "a path",
  is: (value: unknown) => typeof value === "string" && value !== "",
};
/** A path, or a function that gives one. */
export const pathOf: KindRule = {
  expected: "a path, or a function that gives one",
  is: (value: unknown) => typeof value === "function" || path.is(value as never),
};
/** An array, typed or not. */
export const list: KindRule = { expected: "a list", is: isList };
/** A function. */
export const callable: KindRule = { expected: "a function", is: (value: unknown) => typeof value === "function" };
/** A text. */
export const textual: KindRule = { expected: "a string", is: (value: unknown) => typeof value === "string" };
