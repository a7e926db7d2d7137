import {
  createViewerServer,
  type ViewerServer,
  type ViewerServerOptions,
} from "../../src/server/createViewerServer.ts";

export async function withProcess(
  act: (server: ViewerServer, warnings: string[]) => Promise<void>,
  options: ViewerServerOptions = {},
): Promise<void> {
  const warnings: string[] = [];
  const server = await createViewerServer({ warn: (text) => warnings.push(text), ...options });
  try {
    await act(server, warnings);
  } finally {
    await server.close();
  }
}
