import type { GraphBuilder } from "../build/builder.ts";
import type { Node, Shape } from "../graph/graph.ts";

type Operand = Node | number;

/** Writes formulas over nodes, with numbers for constants. Shapes broadcast. */
export class Arithmetic {
  constructor(readonly builder: GraphBuilder) {}

  node(x: Operand): Node {
    return typeof x === "number" ? this.builder.fill(x, []) : x;
  }
  full(value: number, shape: Shape): Node {
    return this.builder.fill(value, shape);
  }
  neg(x: Node): Node {
    return this.builder.unary("neg", x);
  }
  exp(x: Node): Node {
    return this.builder.unary("exp", x);
  }
  log(x: Node): Node {
    return this.builder.unary("log", x);
  }
  abs(x: Node): Node {
    return this.builder.unary("abs", x);
  }
  sqrt(x: Node): Node {
    return this.builder.unary("sqrt", x);
  }
  floor(x: Node): Node {
    return this.builder.unary("floor", x);
  }
  not(x: Node): Node {
    return this.builder.unary("not", x);
  }
  add(a: Operand, b: Operand): Node {
    return this.builder.binary("add", this.node(a), this.node(b));
  }
  sub(a: Operand, b: Operand): Node {
    return this.builder.binary("sub", this.node(a), this.node(b));
  }
  mul(a: Operand, b: Operand): Node {
    return this.builder.binary("mul", this.node(a), this.node(b));
  }
  div(a: Operand, b: Operand): Node {
    return this.builder.binary("div", this.node(a), this.node(b));
  }
  /** Returns the larger operand. Ties go to the first one, here and in `min`. */
  max(a: Operand, b: Operand): Node {
    return this.builder.binary("max", this.node(a), this.node(b));
  }
  min(a: Operand, b: Operand): Node {
    return this.builder.binary("min", this.node(a), this.node(b));
  }
  less(a: Operand, b: Operand): Node {
    return this.builder.binary("less", this.node(a), this.node(b));
  }
  equal(a: Operand, b: Operand): Node {
    return this.builder.binary("equal", this.node(a), this.node(b));
  }
  select(condition: Node, then: Operand, otherwise: Operand): Node {
    return this.builder.select(condition, this.node(then), this.node(otherwise));
  }
  /** Rounds towards zero, as int32 does. */
  truncate(x: Node): Node {
    return this.select(this.less(x, 0), this.builder.unary("ceil", x), this.floor(x));
  }
}
