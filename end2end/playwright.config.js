// The built site in ../dist, served by serve.js, in the Chromium of this machine (CHROMIUM names another one).
import { defineConfig } from "@playwright/test";

const PORT = Number(process.env.PORT ?? 8791);
const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: "tests",
  outputDir: "results",
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  reporter: [["list"], ["html", { outputFolder: "report", open: "never" }]],
  use: {
    baseURL: `http://127.0.0.1:${PORT}/`,
    viewport: { width: 1440, height: 900 },
    // Each test sees the site as it was built and routed; offline.spec.js alone looks at what is kept.
    serviceWorkers: "block",
    screenshot: "only-on-failure",
    // Without the document at each step, which costs a fifth of the time: `--trace on` has it.
    trace: { mode: "retain-on-failure", snapshots: false },
    launchOptions: {
      executablePath: chromium,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    command: `node serve.js ../dist ${PORT}`,
    url: `http://127.0.0.1:${PORT}/`,
    reuseExistingServer: false,
  },
});
