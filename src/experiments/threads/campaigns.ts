/** Decides which searches of a campaign a thread runs: the thread leads all campaigns, or takes a share of one. */

import { join } from "node:path";
import {
  concat,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  NEVER,
  type Observable,
  ReplaySubject,
  Subject,
  take,
} from "rxjs";
import type { Row } from "../../arrow/row.ts";
import { shareProcessors } from "../../autodiff/float64/threads/count.ts";
import { type Campaign, oneByOne } from "../framework/context.ts";
import { campaignFiles } from "./campaignFiles.ts";
import type { CampaignShare, FromWorker, StartOrder, ToWorker } from "./protocol.ts";

type Searched = Extract<ToWorker, { kind: "searched" }>;

/** A thread's part in the campaigns of an experiment. */
interface Campaigns {
  /** Function that runs this thread's searches of a campaign. */
  readonly campaign: Campaign;
  /** Whether other threads may have made runs by now. */
  begun(): boolean;
  /** Emits when this thread has nothing left to do. */
  readonly over: Observable<unknown>;
}

/**
 * Makes the part of the leading thread, whose rows are those of the experiment. It goes through the searches in order.
 * If nobody has claimed a search, the leader runs it. If another thread has, the leader waits for it and then reads its
 * rows from its file, as a resumed session does. The order of rows, findings and files is therefore that of a single
 * thread. The other threads begin at the last search, so that no thread waits before all searches are claimed.
 */
export function leading(
  order: StartOrder,
  searched: Observable<Searched>,
  post: (message: FromWorker) => void,
): Campaigns {
  let number = 0;
  let begun = false;
  const campaign: Campaign = (count, search) => {
    const own = number++;
    const files = campaignFiles(
      own === 0 ? order.directory : join(order.directory, `campaign-${own + 1}`),
      order.lease,
    );
    if (order.workers < 2 || count < 2) return oneByOne(count, search).pipe(files);
    begun = true;
    const claims = new SharedArrayBuffer(4 * count);
    const finished = new ReplaySubject<Searched>();
    searched.pipe(filter((message) => message.campaign === own)).subscribe(finished);
    shareProcessors(Math.min(order.workers, count));
    post({ kind: "campaign", campaign: own, count, claims });
    const waitFor = (index: number): Observable<never> =>
      finished.pipe(
        filter((message) => message.index === index),
        take(1),
        ignoreElements(),
      );
    return oneByOne(count, (index) =>
      claim(claims, index)
        ? search(index)
        : concat(
            waitFor(index),
            defer(() => search(index)),
          ),
    ).pipe(files);
  };
  return { campaign, begun: () => begun, over: NEVER };
}

/** Makes the part of another thread: it runs the searches that it claims, last one first. Their rows go to files. */
export function following(share: CampaignShare, post: (message: FromWorker) => void): Campaigns {
  const over = new Subject<void>();
  let number = 0;
  const campaign: Campaign = (count, search) => {
    const own = number++;
    // An earlier campaign is over, so its rows are read from files.
    if (own !== share.number) return oneByOne(count, search);
    let index = count;
    const next = (): Observable<Row> => {
      do index--;
      while (index >= 0 && !claim(share.claims, index));
      if (index < 0) {
        over.next();
        return EMPTY;
      }
      const mine = index;
      return concat(
        search(mine),
        defer(() => {
          post({ kind: "searched", campaign: own, index: mine });
          return next();
        }),
      );
    };
    return defer(next);
  };
  return { campaign, begun: () => true, over };
}

/** Claims a search for this thread; false if another thread has claimed it before. */
function claim(claims: SharedArrayBuffer, index: number): boolean {
  return Atomics.compareExchange(new Int32Array(claims), index, 0, 1) === 0;
}
