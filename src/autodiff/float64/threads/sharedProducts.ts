import { findBlas } from "../../../linalg/blas/blas.ts";
import { findNative } from "../native/library.ts";
import { threadCount } from "./count.ts";
import { patience } from "./patience.ts";
import { Pool, processPool } from "./pool.ts";
import { blockOf, type Multipliers, multiply, type Product, productBlocks } from "./product.ts";
import { kinds } from "./threadData.ts";

/** Milliseconds that products of more than one block have taken in this thread. */
let spent = 0;

/**
 * Computes a product, a large one in blocks: on other threads too if there are some. The bits are the same.
 *
 * @param most most threads. Default: as `threadCount` says
 */
export function multiplyShared(by: Multipliers, product: Product, most?: number): void {
  const blocks = productBlocks(product.m, product.n, product.k);
  if (blocks === 1) {
    multiply(by, product);
    return;
  }
  const own = (block: number): void => multiply(by, blockOf(product, blocks, block));
  const threads = threadCount(most);
  // Other threads have what this one finds, or do not help.
  const isUsual = by.blas === findBlas() && by.native === findNative();
  const pool = threads > 1 && isUsual ? poolFor(threads) : undefined;
  if (pool !== undefined) {
    pool.multiply(product, { ...words, kind: kinds.indexOf("product"), helpers: threads - 1, blocks }, own);
    return;
  }
  const start = performance.now();
  for (let block = 0; block < blocks; block++) own(block);
  spent += performance.now() - start;
}

/** What products do not tell. */
const words = { job: 0, count: 0, stamp: 0, length: 0, point: 0 };

function poolFor(threads: number): Pool | undefined {
  if (processPool.current === undefined && spent > patience) processPool.current = new Pool(threads - 1);
  return processPool.current?.closed === false ? processPool.current : undefined;
}
