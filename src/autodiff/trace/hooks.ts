import { engine as currentEngine, KernelBackend, type Tensor, type TensorInfo, Variable } from "@tensorflow/tfjs-core";
import { failure } from "../../errors.ts";
import { innerGradients } from "./innerGradients.ts";
import { runLowering } from "./runLowering.ts";
import type { EngineAccess, Session } from "./session.ts";

type Method = (...args: never[]) => unknown;
type Inputs = Readonly<Record<string, TensorInfo | null | undefined>> | readonly TensorInfo[];
type Attributes = Readonly<Record<string, unknown>>;

/** Mark of a trace on the engine, which all copies of TensorFlow.js and of this module in a process share. */
const tracing = Symbol.for("fluxion.tracing");

let current: Session | undefined;

/** Returns the session of the trace in progress, if there is one. */
export function currentSession(): Session | undefined {
  return current;
}

/** Takes the place of a backend. Its data are nodes, so there is nothing to store or to free. */
class Recorder extends KernelBackend {
  session: Session | undefined;
  override write(): object {
    return {};
  }
  override readSync(dataId: object): Float32Array | Int32Array | Uint8Array {
    if (this.session === undefined) throw new Error("internal: read outside a trace");
    return this.session.read(dataId);
  }
  /**
   * Never settles after a refusal, which is thrown when the trace ends: a rejected promise that nobody awaits would end
   * the process.
   */
  override async read(dataId: object): Promise<Float32Array | Int32Array | Uint8Array> {
    try {
      return this.readSync(dataId);
    } catch {
      return new Promise(() => {});
    }
  }
  override disposeData(): boolean {
    return true;
  }
  override refCount(): number {
    return 1;
  }
  override incRef(): void {}
  decRef(): void {}
}

/**
 * Calls a function while TensorFlow.js records into a session instead of computing.
 *
 * The public methods of the engine *instance* are overridden during this synchronous call. The user's backend, tensors
 * and variables are not touched, and every tensor made here is disposed.
 *
 * @param begin makes the session of this trace
 */
export function withHooks<T>(who: string, begin: (access: EngineAccess) => Session, run: (session: Session) => T): T {
  const engine = currentEngine();
  if (Reflect.has(engine, tracing)) {
    throw failure(
      "ERR_TRACE_NESTED",
      `${who}: called inside a function that is being traced itself; build the inner problem outside and use its values`,
    );
  }
  const recorder = new Recorder();
  const made: Tensor[] = [];
  const makeTensor = engine.makeTensor.bind(engine);
  const readSync = engine.readSync.bind(engine);
  const read = engine.read.bind(engine);
  const session = begin({
    makeTensor(shape, dtype) {
      const tensor = makeTensor(new Uint8Array(0), [...shape], dtype, recorder);
      made.push(tensor);
      return tensor;
    },
    read: (dataId) => {
      if (!engine.state.tensorInfo.has(dataId)) return undefined;
      const values = readSync(dataId);
      // Only string tensors are arrays of arrays, and those were refused before.
      return ArrayBuffer.isView(values) ? values : undefined;
    },
    scopes: () => engine.state.scopeStack.map(({ name }) => name),
  });
  recorder.session = session;
  const overrides: Readonly<Record<string, Method>> = {
    runKernel: (name: string, inputs: Inputs, attributes: Attributes = {}) =>
      runLowering(session, name, inputs, attributes),
    runKernelFunc: (call: CustomKernel | NamedKernel) => {
      if ("kernelName" in call) return runLowering(session, call.kernelName, call.inputs, call.attrs ?? {});
      if (session.op !== undefined) return call.forwardFunc(undefined, () => {});
      throw session.refuse(
        "ERR_CUSTOM_GRADIENT",
        "calls a tf.customGrad of its own, whose second derivative cannot be known",
        "write the operation with tensor ops: their derivatives are exact here",
        "customGrad",
      );
    },
    makeTensor: (values: unknown, shape: number[], dtype: unknown = "float32") => {
      if (dtype === "string" || dtype === "complex64" || !isArrayOfNumbers(values)) {
        throw session.refuse("ERR_UNSUPPORTED_OP", `makes a ${String(dtype)} tensor`, "use numbers only");
      }
      if (values.length !== shape.reduce((size, extent) => size * extent, 1)) {
        throw session.refuse(
          "ERR_SHAPE",
          "makes a tensor of values that are not numbers",
          "join tensors by tf.stack or tf.concat",
        );
      }
      return session.literal(values, shape, dtype === "int32" || dtype === "bool" ? dtype : "float32");
    },
    gradients: (f: () => Tensor, xs: readonly Tensor[], dy?: Tensor | null) =>
      innerGradients(session, () => engine.tidy("gradient", f), xs, dy ?? undefined),
    readSync: (dataId: object) => (session.stands(dataId) ? session.read(dataId) : readSync(dataId)),
    read: (dataId: object) => (session.stands(dataId) ? recorder.read(dataId) : read(dataId)),
    makeVariable: () => {
      throw session.refuse(
        "ERR_TRACE_STATE",
        "makes a tf.variable",
        "make it a parameter of the function, or a plain tensor",
      );
    },
  };
  // It is refused where it is called: two draws may agree, as for a small dropout mask, and two traces would then not
  // differ.
  const random = (): never => {
    throw session.refuseRandom("draws random numbers without a seed, which differ at each call");
  };
  function assign(this: Tensor, value: TensorInfo): Tensor {
    session.resolve(value);
    session.assign(this);
    return this;
  }
  const restore = [
    ...Object.entries(overrides).map(([name, method]) => override(engine, name, method)),
    ...variableClasses().map((prototype) => override(prototype, "assign", assign)),
    override(engine, tracing, () => undefined),
    override(Math, "random", random),
  ];
  const depth = engine.state.scopeStack.length;
  engine.startScope("trace");
  const outer = current;
  current = session;
  session.float32Sources.start();
  try {
    return run(session);
  } finally {
    session.float32Sources.stop();
    current = outer;
    while (engine.state.scopeStack.length > depth) engine.endScope();
    for (const undo of restore) undo();
    for (const tensor of made) tensor.dispose();
  }
}

interface CustomKernel {
  readonly forwardFunc: (backend: undefined, save: () => void) => unknown;
}
interface NamedKernel {
  readonly kernelName: string;
  readonly inputs: Inputs;
  readonly attrs?: Attributes;
}

/** Defines an own property of an object. Returns a function that restores what was there. */
function override(target: object, name: string | symbol, value: Method): () => void {
  const before = Reflect.getOwnPropertyDescriptor(target, name);
  Reflect.defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(target, name);
    else Reflect.defineProperty(target, name, before);
  };
}

/**
 * Returns the prototypes of variables: that of our copy of TensorFlow.js, and those of other copies with live
 * variables.
 */
function variableClasses(): object[] {
  const prototypes = new Set<object>([Variable.prototype]);
  for (const variable of Object.values(currentEngine().registeredVariables)) {
    for (let at: object | null = Object.getPrototypeOf(variable); at !== null; at = Object.getPrototypeOf(at)) {
      if (Object.hasOwn(at, "assign")) prototypes.add(at);
    }
  }
  return [...prototypes];
}

function isArrayOfNumbers(values: unknown): values is ArrayLike<number> {
  return Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView));
}
