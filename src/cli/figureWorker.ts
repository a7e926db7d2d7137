/** The thread in which the page's figures are drawn: it can be ended in the middle of a drawing. */
import { parentPort, workerData } from "node:worker_threads";
import { drawFigures } from "./drawFigures.ts";

parentPort?.postMessage(await drawFigures(workerData as readonly string[]));
