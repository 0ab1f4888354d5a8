// The sites of docs/embedding, built by `cargo xtask recipes` into target/recipes, in the Chromium of this machine.
import base from "./playwright.config.js";

export default { ...base, testDir: "recipes", outputDir: "results-recipes", webServer: undefined };
