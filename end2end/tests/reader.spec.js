// What the page reads: everything that is a scenario, and what it says where nothing can be read.
import { expect, open, test } from "../site.js";
import { stumbling } from "../stumbling.js";
import { test as bare } from "@playwright/test";
import { readFileSync, readdirSync } from "node:fs";

/** The scenarios of a directory: file name and text. */
function scenarios(directory) {
  return readdirSync(directory).map((name) => ({ name: `${directory}/${name}`, text: readFileSync(`${directory}/${name}`, "utf8") }));
}

const EXAMPLES = [...scenarios("../tests/data/examples"), ...scenarios("../tests/data/specimens"), ...scenarios("../scenarios")];

const YAML = `# a shop, as YAML
format: sync-or-swim/1
name: A shop in YAML
run: {duration: 20s, warmup: 2s}
clients:
  visitors: {arrivals: poisson(20/s)}
services:
  shop:
    operations:
      default:
        - work: exp(5ms)
        - call: sold
  post: {work: exp(8ms)}
channels:
  sold: {kind: topic, delivery: 1ms}
edges:
  - from: visitors
    to: shop
  - {from: shop, to: sold}
  - {from: sold, to: post, group: post}
`;

/** The mode of an edge as the topology says it. */
function edge(page, from, to) {
  return page.locator(`.topology [role="button"][aria-label^="${from} to ${to}:"]`);
}

function editor(page) {
  return page.getByRole("textbox", { name: "Scenario as JSON or YAML" });
}

/** Puts a text on the desk and waits for the figures of its whole run. */
async function paste(page, text, name, service) {
  await editor(page).fill(text);
  await expect(page.locator(".about h2")).toHaveText(name);
  await expect(page.locator(`[data-service="${service}"]`).first()).toBeVisible({ timeout: 30_000 });
  await expect(page.locator('[data-test="measured"]')).toHaveText(/^whole run of/, { timeout: 30_000 });
}

for (const { name, text } of EXAMPLES) {
  test(`${name} is read, drawn and measured`, async ({ page }) => {
    const scenario = JSON.parse(text);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await open(page);
    await paste(page, text, scenario.name ?? "", Object.keys(scenario.services).at(-1));
    await expect(page.locator('[data-test="problems"]')).toHaveCount(0);
    const nodes = ["clients", "services", "channels"].flatMap((kind) => Object.keys(scenario[kind] ?? {}));
    const drawn = await page.locator(".topology text.name").allTextContents();
    expect(drawn.sort()).toEqual(nodes.sort());
  });
}

test("YAML is read, and a flip leaves it YAML", async ({ page }) => {
  await open(page);
  await paste(page, YAML, "A shop in YAML", "post");
  await expect(edge(page, "shop", "sold")).toHaveAttribute("aria-label", "shop to sold: publishes");
  await expect(edge(page, "sold", "post")).toHaveAttribute("aria-label", "sold to post: delivers");
  await edge(page, "visitors", "shop").press("Enter");
  await expect(edge(page, "visitors", "shop")).toHaveAttribute("aria-label", /: await\./);
  await expect(editor(page)).toHaveValue(YAML.replace("    to: shop\n", "    to: shop\n    mode: await\n"));
});

test("an edge without a choice is selected by a click, and nothing is changed", async ({ page }) => {
  await open(page);
  await paste(page, YAML, "A shop in YAML", "post");
  await edge(page, "shop", "sold").press("Enter");
  await expect(page.locator(".inspector h2")).toHaveText("edge shop → sold");
  await expect(page.locator(".inspector [role=alert]")).toHaveCount(0);
  await expect(editor(page)).toHaveValue(YAML);
});

test("a mistake is told with its place and what would be right", async ({ page }) => {
  await open(page);
  await paste(page, YAML, "A shop in YAML", "post");
  await editor(page).fill(YAML.replace("kind: topic", "kind: tpoic"));
  const problem = page.locator('[data-test="problems"] button').first();
  await expect(problem).toContainText("line 15, column 16");
  await expect(problem).toContainText("channels.sold.kind");
  await expect(problem).toContainText("did you mean `topic`?");
  await expect(page.locator(".editor .warning")).toHaveText("1 problem; the last good scenario goes on");
});

test("what is doubtful is told, and runs", async ({ page }) => {
  await open(page);
  const doubtful = YAML.replace("kind: topic", "kind: topic, overflow: block");
  await paste(page, doubtful, "A shop in YAML", "post");
  await expect(page.locator(".editor .warning")).toHaveText("1 warning");
  await expect(page.locator('[data-test="problems"]')).toContainText("add `capacity`");
});

bare("where the reader does not come, the page says so, and another try helps", async ({ page }) => {
  let here = false;
  await page.route("**/reader-*.wasm", (route) => (here ? route.continue() : route.fulfill({ status: 404, body: "" })));
  await open(page);
  const notice = page.locator(".notices [role=alert]");
  await expect(notice).toContainText("The part that reads scenarios could not be loaded: the host answers 404. What you write is kept.");
  await editor(page).fill(YAML);
  here = true;
  await notice.getByRole("button", { name: "Try again" }).click();
  await expect(page.locator(".about h2")).toHaveText("A shop in YAML");
  await expect(notice).toHaveCount(0);
  await expect(editor(page)).toHaveValue(YAML);
});

test("a reader that stumbles is heard, begins anew, and leaves the text as it is", async ({ page }) => {
  const body = stumbling("panicked at a mistake");
  await page.route("**/reader-*.wasm", (route) => route.fulfill({ contentType: "application/wasm", body }));
  await open(page);
  for (const text of [YAML, YAML.replace("20/s", "30/s")]) {
    await editor(page).fill(text);
    // Whoever lists problems has stumbled too: the page says it by itself.
    const problem = page.locator(".editor [role=status] [role=alert]");
    await expect(problem).toHaveCount(1);
    await expect(problem).toContainText("the reader of scenarios has stumbled over this text: panicked at a mistake");
    await expect(editor(page)).toHaveValue(text);
  }
});
