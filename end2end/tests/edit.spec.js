// The topology as an editor: a mesh from nothing by mouse and by keys, the text in step, the way back, and the fork.
import { axeFindings, expect, open, test } from "../site.js";

async function measured(page) {
  await expect(page.locator('[data-test="measured"]')).toHaveText(/^whole run of/);
}

function text(page) {
  return page.getByRole("textbox", { name: "Scenario as JSON" });
}

async function scenario(page) {
  return JSON.parse(await text(page).inputValue());
}

function node(page, name) {
  return page.locator(`.topology [data-node="${name}"]`);
}

async function middle(page, name, part = ".node-box") {
  const box = await node(page, name).locator(part).boundingBox();
  return [box.x + box.width / 2, box.y + box.height / 2];
}

async function drag(page, from, to) {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, { steps: 3 });
  await page.mouse.move(...to, { steps: 3 });
  await page.mouse.up();
}

const mesh = [
  ["client-1", "service-1"],
  ["service-1", "service-2"],
  ["service-2", "service-3"],
];

async function isMesh(page) {
  await expect
    .poll(async () => (await scenario(page)).edges.map(({ from, to }) => [from, to]))
    .toEqual(mesh);
  await measured(page);
  await expect(page.locator('[data-service="service-3"] [data-share="running"]')).not.toHaveText("0.0 %");
}

test("a mesh of three services from nothing, by mouse", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  await measured(page);
  await page.getByRole("button", { name: "New", exact: true }).click();
  for (let more = 0; more < 2; more += 1) await page.getByRole("button", { name: "+ Service" }).click();
  await expect(node(page, "service-3")).toBeFocused();
  for (const [from, to] of mesh.slice(1)) {
    await node(page, from).hover();
    await drag(page, await middle(page, from, ".port"), await middle(page, to));
    await expect(page.locator(`[data-edge="${from}->${to}"]`)).toBeFocused();
    await expect(page.locator(".inspector h2")).toHaveText(`edge ${from} → ${to}`);
  }
  await isMesh(page);
  const [x, y] = await middle(page, "service-3");
  await drag(page, [x, y], [x + 60, y + 40]);
  await expect.poll(async () => Object.keys((await scenario(page)).layout ?? {})).toEqual(["service-3"]);
  const [nowX, nowY] = await middle(page, "service-3");
  const [otherX] = await middle(page, "service-2");
  expect(nowX).toBeGreaterThan(otherX);
  expect(Math.abs(nowY - y)).toBeGreaterThan(15);
  await page.locator('[data-edge="service-1->service-2"] .grab').click({ force: true });
  await expect(page.locator('[data-edge="service-1->service-2"]')).toHaveClass(/await/);
  await node(page, "service-2").click();
  await page.getByRole("textbox", { name: "threads" }).fill("3");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await scenario(page)).services["service-2"].threads).toBe(3);
  expect(await axeFindings(page)).toEqual([]);
});

test("a mesh of three services from nothing, by keys", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  await measured(page);
  const press = async (name) => {
    await page.getByRole("button", { name, exact: true }).focus();
    await page.keyboard.press("Enter");
  };
  await press("New");
  await press("+ Service");
  await expect(node(page, "service-2")).toBeFocused();
  await press("+ Service");
  await expect(node(page, "service-3")).toBeFocused();
  for (const [from, to] of mesh.slice(1)) {
    await node(page, from).focus();
    await page.keyboard.press("c");
    const menu = page.getByRole("combobox", { name: "connect to" });
    await expect(menu).toBeFocused();
    await menu.selectOption(to);
    await expect(page.locator(`[data-edge="${from}->${to}"]`)).toBeVisible();
  }
  await isMesh(page);
  await node(page, "service-3").focus();
  await page.keyboard.press("r");
  const name = page.getByRole("textbox", { name: "name", exact: true });
  await expect(name).toBeFocused();
  await name.fill("database");
  await page.keyboard.press("Enter");
  await expect(node(page, "database")).toBeVisible();
  await expect.poll(async () => (await scenario(page)).edges.at(-1).to).toBe("database");
  await page.locator('[data-edge="service-2->database"]').focus();
  await page.keyboard.press("Delete");
  await expect(page.locator('[data-edge="service-2->database"]')).toHaveCount(0);
  await node(page, "database").focus();
  await page.keyboard.press("Delete");
  await expect(node(page, "database")).toHaveCount(0);
  // What cannot be is refused with a reason, and nothing is lost.
  const before = await text(page).inputValue();
  await node(page, "client-1").focus();
  await page.keyboard.press("Delete");
  await expect(page.locator(".inspector [role=alert]")).toContainText("client");
  expect(await text(page).inputValue()).toBe(before);
});

test("the picture and the fields follow the text, and ten steps lead back", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  await measured(page);
  const original = await text(page).inputValue();
  await node(page, "stock").click();
  const threads = page.getByRole("textbox", { name: "threads" });
  await expect(threads).toHaveValue("4");
  await text(page).fill(original.replace('"threads": 4,', '"threads": 6,'));
  await expect(threads).toHaveValue("6");
  await page.keyboard.press("Escape");
  await node(page, "stock").focus();
  const texts = [await text(page).inputValue()];
  for (let step = 0; step < 10; step += 1) {
    await threads.fill(String(10 + step));
    await threads.press("Enter");
    await expect.poll(async () => (await scenario(page)).services.stock.threads).toBe(10 + step);
    texts.push(await text(page).inputValue());
  }
  await node(page, "stock").focus();
  for (const expected of texts.slice(0, -1).reverse()) {
    await page.keyboard.press("Control+z");
    await expect(text(page)).toHaveValue(expected);
  }
  await page.keyboard.press("Control+z");
  await expect(text(page)).toHaveValue(original);
  await expect(page.getByRole("button", { name: "Let backlog be as by default" })).toHaveCount(0);
});

test("a run that is forked at 3 s goes another way from there on, and both stay to compare", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  await measured(page);
  await text(page).fill((await text(page).inputValue()).replace('"warmup": "5s"', '"warmup": "3s"'));
  await measured(page);
  await page.getByRole("combobox", { name: "Scenario" }).selectOption("chain");
  await page.getByRole("combobox", { name: "Scenario" }).selectOption("checkout");
  await measured(page);
  await expect(page.locator('[data-test="head"]')).toHaveText("3.0000 s");
  await node(page, "email").focus();
  const blocked = page.locator('[data-test="blocked"] .now');
  const before = await blocked.innerText();
  await page.keyboard.press("g");
  await expect(page.getByRole("button", { name: "Forked at 3.0000 s" })).toHaveAttribute("aria-pressed", "true");
  await page.locator('[data-edge="orders->email"]').focus();
  await page.keyboard.press("Enter");
  const mode = page.getByRole("combobox", { name: "mode from 3.0000 s on" });
  await expect(mode).toHaveValue("sync");
  const change = { at: "3s", edge: "orders->email", set: { mode: "sync" } };
  await expect.poll(async () => (await scenario(page)).changes).toEqual([change]);
  await measured(page);
  await expect(blocked).not.toHaveText(before);
  await expect(page.locator('[data-test="blocked"] .was')).toContainText(before);
  await expect(page.getByRole("img", { name: /^Lanes before the last change/ })).toBeVisible();
  // Before the fork the edge is what it was, and behind it what it became.
  await page.keyboard.press(".");
  await expect(page.locator('[data-edge="orders->email"]')).toHaveClass(/sync/);
  // One more flip is of the same fork: the run that was forked stays.
  await page.locator('[data-edge="orders->payments.charge"]').focus();
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await scenario(page)).changes.length).toBe(2);
  await measured(page);
  await expect(page.locator('[data-test="blocked"] .was')).toContainText(before);
  await page.keyboard.press("g");
  await page.locator('[data-edge="orders->email"]').focus();
  await expect(page.getByRole("combobox", { name: "mode", exact: true })).toHaveValue("queue");
  await expect(page.getByRole("button", { name: "Fork here" })).toHaveAttribute("aria-pressed", "false");
});
