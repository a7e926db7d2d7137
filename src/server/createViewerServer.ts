export type { ViewerCommand } from "./commands.ts";
export type { ViewerServerOptions } from "./options.ts";
export { serveViewers as createViewerServer } from "./serveViewers.ts";
export type { ViewerServer } from "./viewerServer.ts";
