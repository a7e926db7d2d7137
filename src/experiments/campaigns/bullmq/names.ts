/** Names in Redis, and the times by which BullMQ tells that a worker is dead. */
import { type CampaignSpec, campaignId, specFrom, specText } from "../campaignSpec.ts";

/** Name of BullMQ's queue. The id holds version and executor, so that workers that differ never share one. */
export function queueName(queue: string, spec: CampaignSpec): string {
  return `fluxion-${queue}-${campaignId(spec)}`;
}

/** Key under which workers find the campaign of a queue, for as long as its coordinator lives. */
export function campaignKeyOf(queue: string): string {
  return `fluxion:campaign:${queue}`;
}

/** What stands there. */
export interface Announcement {
  readonly spec: CampaignSpec;
  /** Absolute path of the campaign's directory, as the coordinator sees it. */
  readonly directory: string;
  /** Random name of the coordinator's session. */
  readonly session: string;
}

export function announcementText({ spec, directory, session }: Announcement): string {
  return JSON.stringify({ directory, session, spec: specText(spec) });
}

/** Reads an announcement. @throws ERR_EXPERIMENT_DIRECTORY if another version wrote it */
export function announcementFrom(text: string, queue: string): Announcement {
  const { directory, session, spec } = JSON.parse(text) as Record<string, string>;
  return { directory: directory!, session: session!, spec: specFrom(spec!, `the campaign of the queue ${queue}`) };
}

/** Seconds after which the announcement of a dead coordinator is gone, and milliseconds between its signs of life. */
export const announcedFor = 30;
export const announceEvery = 5000;

/** Milliseconds for which a job belongs to a worker without a sign of life, and between looks for such jobs. */
export const lockDuration = 15_000;
export const stalledInterval = 5000;
/** Deaths of workers that a job survives by BullMQ's count; those of this project are reached before it. */
export const mostStalls = 10;
/** Deaths of workers after which several searches come back in smaller pieces, and a single one is set aside. */
export const mostDeaths = { several: 2, single: 3 } as const;
