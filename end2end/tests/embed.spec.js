// The page in a frame: what it shows by view and level, whom it obeys, and what it leaves behind.
import { expect, axeFindings, test } from "../site.js";
import { HOST, POLICY, SITE, frame, serve, show } from "../host.js";

/** A host's page with one embed, opened; what it tells is in `told`. */
async function embed(page, attributes = "", site = SITE) {
  await serve(page, site, ["../dist", "element"]);
  await show(page, `<sync-or-swim ${attributes}></sync-or-swim>`, POLICY.replaceAll(SITE, site), "", site);
  await page.evaluate(() => {
    window.told = [];
    for (const type of ["ready", "toggled", "error", "state"])
      document.querySelector("sync-or-swim").addEventListener(type, (event) => {
        // Errors are what some of these tests are about, and not written to the console.
        event.preventDefault();
        window.told.push([type, event.detail]);
      });
  });
  await page.locator("sync-or-swim").getByRole("button").click();
  await expect.poll(() => told(page, "ready")).toHaveLength(1);
  return frame(page);
}

const told = (page, type) => page.evaluate((type) => window.told.filter(([name]) => name === type).map(([, detail]) => detail), type);
const ask = (page, method, ...args) => page.evaluate(([method, args]) => document.querySelector("sync-or-swim")[method](...args), [method, args]);
const head = (inside) => inside.locator('[data-test="head"]');

for (const [view, shown] of [
  ["both", [".topology", ".lanes"]],
  ["lanes", [".lanes"]],
  ["topology", [".topology"]],
  ["sequence", [".request"]],
])
  test(`the view ${view} shows nothing else`, async ({ page }) => {
    const inside = await embed(page, `view="${view}"`);
    for (const panel of [".topology", ".lanes", ".request", ".editor", ".side", ".services"])
      await expect(inside.locator(panel)).toBeVisible({ visible: shown.includes(panel) });
    if (view === "sequence") await expect(inside.locator(".request svg").first()).toBeVisible();
    expect(await axeFindings(page, "sync-or-swim")).toEqual([]);
  });

test("at level picture nothing changes, neither by hand nor by a message", async ({ page }) => {
  const inside = await embed(page, 'level="picture"');
  const edge = inside.locator('.topology [data-act="flip"][data-on="orders->email"]').first();
  await edge.press("Enter");
  await ask(page, "set", "orders->email", "sync");
  await expect.poll(() => told(page, "error")).toHaveLength(1);
  expect((await told(page, "error"))[0].message).toContain("level picture");
  expect(await told(page, "toggled")).toEqual([]);
});

test("at level toggle an edge flips, and nothing else changes", async ({ page }) => {
  const inside = await embed(page);
  const node = inside.locator('.topology [data-node="email"]');
  await node.press("Delete");
  await expect(node).toBeVisible();
  await ask(page, "set", "orders->email", "sync");
  await expect.poll(() => told(page, "toggled")).toEqual([{ edge: "orders->email", from: "queue", to: "sync" }]);
  await expect(inside.locator('[data-test="measured"]')).toHaveText(/^whole run of/);
  await expect.poll(async () => (await told(page, "state")).at(-1).link).toContain("#ex=checkout&c=1.d.");
});

test("at level full there is the whole playground", async ({ page }) => {
  const inside = await embed(page, 'level="full"');
  for (const panel of [".editor", ".side", ".services"]) await expect(inside.locator(panel)).toBeVisible();
});

test("messages are obeyed: seek, pause, play, load, and what is wrong is told", async ({ page }) => {
  const inside = await embed(page);
  await ask(page, "pause");
  await ask(page, "seek", 3.42);
  await expect(head(inside)).toHaveText("3.4200 s");
  await ask(page, "play");
  await expect(inside.locator('[data-test="play"]')).toHaveAccessibleName("Pause");
  await expect(head(inside)).not.toHaveText("3.4200 s");
  await ask(page, "load", { example: "chain" });
  await expect(inside.locator("h1")).toHaveText(/chain/i);
  await ask(page, "load", { link: "#ex=nothing" });
  await expect.poll(() => told(page, "error")).toHaveLength(1);
  expect((await told(page, "error"))[0].message).toContain("there is no example “nothing”");
});

test("whoever is not the page around is not heard", async ({ page }) => {
  const inside = await embed(page);
  await ask(page, "pause");
  await ask(page, "seek", 3);
  await expect(head(inside)).toHaveText("3.0000 s");
  // The frame itself, whose origin is another one.
  await inside.evaluate(() => postMessage({ "sync-or-swim": 1, type: "seek", at: 9 }, "*"));
  await ask(page, "seek", 4);
  await expect(head(inside)).toHaveText("4.0000 s");
});

test("an embed keeps nothing", async ({ page }) => {
  // A site of the host's own: a browser may let no other keep anything.
  const inside = await embed(page, 'theme="dark"', HOST);
  await ask(page, "set", "orders->email", "sync");
  await expect.poll(() => told(page, "toggled")).toHaveLength(1);
  await expect(inside.locator(".playground")).toHaveClass(/dark/);
  expect(await inside.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie])).toEqual([0, 0, ""]);
});
