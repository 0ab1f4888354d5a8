// The element in the page of a host: poster, frame, messages, origins, theme, sleep. embed.html is a stand-in (../element).
import { readFileSync } from "node:fs";
import { axeFindings, expect, test } from "../site.js";
import { HOST, POLICY, SITE, document as hostDocument, frame, serve, show } from "../host.js";

let sent;

test.beforeEach(async ({ page }) => {
  sent = [];
  await serve(page, SITE, ["element", "../dist"], {}, sent);
});

const element = (page, nth = 0) => page.locator("sync-or-swim").nth(nth);
const button = (page, nth = 0) => element(page, nth).getByRole("button");
const heard = async (page, nth = 0) => (await frame(page, nth)).evaluate(() => window.heard);
const asked = async (page, nth = 0) => (await frame(page, nth)).evaluate(() => window.asked);

/** Keeps the events of all elements in `window.events`. */
async function listen(page) {
  await page.evaluate(() => {
    window.events = [];
    for (const type of ["ready", "resize", "state", "toggled", "error"])
      document.addEventListener(type, ({ target, detail }) => target.localName === "sync-or-swim" && window.events.push([type, detail]), true);
  });
}

async function open(page, nth = 0) {
  await button(page, nth).click();
  await expect(button(page, nth)).toHaveCount(0);
}

test("first there is a poster, and nothing else is loaded", async ({ page }) => {
  await show(page, `<sync-or-swim example="checkout"><p>Fallback</p></sync-or-swim>`);
  await expect(element(page).locator("img")).toHaveJSProperty("complete", true);
  await expect(button(page)).toHaveText("▶ Play: checkout");
  await expect(page.getByText("Fallback")).toBeHidden();
  expect(sent.map(({ path }) => path)).toEqual(["/element.js", "/posters/checkout-lanes-light.svg"]);
  expect(await axeFindings(page)).toEqual([]);
});

test("a click puts the frame in its place, with what the attributes say", async ({ page }) => {
  await show(page, `<sync-or-swim example="checkout" view="lanes" level="full" at="3.42" theme="dark" title="Die Kasse &amp; mehr" height="500"></sync-or-swim>`);
  await listen(page);
  await button(page).press("Enter");
  await expect(element(page).locator("img, button")).toHaveCount(0);
  const inside = element(page).locator("iframe");
  await expect(inside).toHaveAttribute("title", "Die Kasse & mehr");
  await expect(inside).toBeFocused();
  await expect(inside).toHaveCSS("height", "333px");
  expect(await asked(page)).toEqual({ embed: "v1", ex: "checkout", view: "lanes", level: "full", at: "3.42", title: "Die Kasse & mehr", theme: "dark", play: "1", host: HOST });
  expect(await page.evaluate(() => window.events)).toEqual([
    ["ready", { version: 1, title: "Stand-in", level: "full", view: "lanes" }],
    ["resize", { height: 333 }],
  ]);
});

test("the page around moves once: the poster stays until the frame's height does", async ({ page }) => {
  // A frame that grows while its figures come.
  const growing = `const host = new URLSearchParams(location.hash.slice(1)).get("host");
    const tell = (type, fields) => parent.postMessage({ "sync-or-swim": 1, type, ...fields }, host);
    tell("ready", { version: 1, title: "Grows", level: "toggle", view: "both" });
    for (let height = 500; height <= 900; height += 100) tell("resize", { height });`;
  await page.route(`${SITE}/embed.js`, (route) => route.fulfill({ contentType: "text/javascript", body: growing }));
  await show(page, `<sync-or-swim></sync-or-swim>`);
  await listen(page);
  await page.evaluate(() => {
    const element = document.querySelector("sync-or-swim");
    window.heights = [];
    new ResizeObserver(([{ contentRect }]) => window.heights.push(contentRect.height)).observe(element);
  });
  await open(page);
  expect(await page.evaluate(() => window.events.map(([type]) => type))).toEqual(["ready", ...Array(5).fill("resize")]);
  await expect.poll(() => page.evaluate(() => window.heights)).toEqual([422, 902]);
});

test("a toggle inside is told to the host", async ({ page }) => {
  await show(page, `<sync-or-swim></sync-or-swim>`);
  await open(page);
  await listen(page);
  await page.frameLocator("iframe").getByRole("button").click();
  await expect.poll(() => page.evaluate(() => window.events)).toEqual([["toggled", { edge: "a->b", from: "sync", to: "await" }]]);
});

test("methods open the frame and are sent when it listens", async ({ page }) => {
  await show(page, `<sync-or-swim></sync-or-swim>`);
  await listen(page);
  await element(page).evaluate((element) => {
    element.set("a->b", "queue");
    element.seek(3.42);
    element.play();
    element.pause();
    element.load({ scenario: "a: 1" });
  });
  await expect.poll(() => page.evaluate(() => window.events.at(-1))).toEqual(["toggled", { edge: "a->b", from: "sync", to: "queue" }]);
  expect(await heard(page)).toEqual([
    { type: "theme", theme: "light" },
    { type: "set", edge: "a->b", mode: "queue" },
    { type: "seek", at: 3.42 },
    { type: "play" },
    { type: "pause" },
    { type: "load", scenario: "a: 1" },
  ]);
  expect((await asked(page)).play).toBeUndefined();
});

test("another example or link is loaded into the same frame", async ({ page }) => {
  await show(page, `<sync-or-swim link="#ex=chain&c=1.d.abc&seed=7&cookies=1"></sync-or-swim>`);
  await open(page);
  expect(await asked(page)).toEqual({ embed: "v1", ex: "chain", c: "1.d.abc", seed: "7", theme: "light", play: "1", host: HOST });
  await element(page).evaluate((element) => {
    element.setAttribute("link", "#ex=chain");
    element.removeAttribute("link");
    element.setAttribute("example", "closed");
  });
  await expect.poll(async () => (await heard(page)).filter(({ type }) => type === "load")).toEqual([
    { type: "load", link: "#ex=chain" },
    { type: "load", example: "checkout" },
    { type: "load", example: "closed" },
  ]);
});

test("an error is written to the console, unless the host takes it", async ({ page, complaints }) => {
  await show(page, `<sync-or-swim></sync-or-swim>`);
  await open(page);
  const fail = async (message) => (await frame(page)).evaluate((message) => window.tell("error", { message }), message);
  await fail("first");
  await expect.poll(() => complaints).toEqual(["warning: sync-or-swim: first"]);
  await page.evaluate(() => document.querySelector("sync-or-swim").addEventListener("error", (event) => (event.preventDefault(), (window.taken = event.detail.message))));
  await fail("second");
  await expect.poll(() => page.evaluate(() => window.taken)).toBe("second");
  expect(complaints.splice(0)).toHaveLength(1);
});

test("nobody else is heard, and nobody else hears", async ({ page, complaints }) => {
  await page.route("https://evil.example/**", (route) =>
    route.fulfill({ contentType: "text/html", body: `<title>e</title><script>
      window.overheard = []; addEventListener("message", ({ data }) => overheard.push(data));
      parent.postMessage({ "sync-or-swim": 1, type: "toggled", edge: "evil", from: "sync", to: "await" }, "*");</script>` }),
  );
  await show(page, `<sync-or-swim></sync-or-swim><iframe title="evil" src="https://evil.example/"></iframe>`, `${POLICY} ; frame-src ${SITE} https://evil.example`.replace(`frame-src ${SITE};`, ""));
  await listen(page);
  await open(page);
  await page.evaluate(() => postMessage({ "sync-or-swim": 1, type: "toggled", edge: "own", from: "sync", to: "await" }, "*"));
  const evil = page.frames().find((frame) => frame.url().startsWith("https://evil"));
  const inside = await frame(page);
  await inside.evaluate(() => {
    window.tell("state", { playing: false, at: 1, title: "t" });
    parent.postMessage({ "sync-or-swim": 2, type: "toggled" }, "*");
    parent.postMessage({ "sync-or-swim": 1, type: "unlisted" }, "*");
    parent.postMessage(null, "*");
    parent.postMessage("sync-or-swim", "*");
    window.tell("error", { message: "last" });
  });
  await expect.poll(() => page.evaluate(() => window.events.map(([type]) => type))).toEqual(["ready", "resize", "state", "error"]);
  expect(await evil.evaluate(() => window.overheard)).toEqual([]);
  // A frame that has gone elsewhere is no longer ours.
  await page.evaluate(() => (document.querySelector("sync-or-swim").shadowRoot.querySelector("iframe").src = "https://evil.example/"));
  await expect.poll(() => page.frames().filter((frame) => frame.url().startsWith("https://evil")).length).toBe(2);
  await element(page).evaluate((element) => element.play()).catch(() => {});
  const gone = page.frames().filter((frame) => frame.url().startsWith("https://evil")).at(-1);
  expect(await gone.evaluate(() => window.overheard)).toEqual([]);
  expect(await page.evaluate(() => window.events.length)).toBe(4);
  expect(complaints.splice(0)).toEqual(["warning: sync-or-swim: last"]);
});

test("without a poster, what stands inside is shown beside the button", async ({ page, complaints }) => {
  await show(page, `<sync-or-swim example="nowhere"><p>Fallback</p></sync-or-swim><sync-or-swim link="#ex=chain"><p>Linked</p></sync-or-swim>`);
  await expect(page.getByText("Fallback")).toBeVisible();
  await expect(page.getByText("Linked")).toBeVisible();
  await expect(button(page)).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  expect(complaints.splice(0).length).toBeGreaterThan(0);
  await open(page);
  await expect(page.getByText("Fallback")).toBeHidden();
});

test("no attribute is a member of the element: frameworks would set that instead", async ({ page }) => {
  const { element: listed } = JSON.parse(readFileSync("../docs/embedding/contract.json", "utf8"));
  await show(page, `<sync-or-swim></sync-or-swim>`);
  const members = (element, names) => names.filter((name) => name !== "title" && name in element);
  expect(await element(page).evaluate(members, listed.attributes.map(({ name }) => name))).toEqual([]);
  expect(await element(page).evaluate(members, listed.methods.map((method) => method.split("(")[0]))).toHaveLength(listed.methods.length);
});

test("a poster of the host's own is shown", async ({ page }) => {
  await show(page, `<sync-or-swim link="#ex=chain" poster="${SITE}/posters/checkout-lanes-dark.svg"></sync-or-swim>`);
  await expect(element(page).locator("img")).toHaveAttribute("src", /checkout-lanes-dark/);
});

test("where there is no script, what stands inside is there", async ({ browser }) => {
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.setContent(hostDocument(`<sync-or-swim><p>Fallback</p></sync-or-swim>`));
  await expect(page.getByText("Fallback")).toBeVisible();
  await page.close();
});

const LINES = [...readFileSync("../docs/embedding/contract.md", "utf8").matchAll(/^\| `(\S+) https:\/\/playground\.example` \|/gm)].map(([, name]) => name);

test("the policy of the contract is that of these tests", () => {
  const named = POLICY.split("; ").filter((line) => line.endsWith(SITE));
  expect(named.map((line) => line.split(" ")[0])).toEqual(LINES);
  expect(LINES).toHaveLength(3);
});

for (const line of LINES)
  test(`without ${line} the policy of a host refuses something`, async ({ page, complaints }) => {
    await show(page, `<sync-or-swim><p>Fallback</p></sync-or-swim>`, POLICY.replace(`${line} ${SITE}; `, ""));
    await expect(page.getByText("Fallback")).toBeVisible({ visible: line !== "frame-src" });
    if (line === "frame-src") await button(page).click();
    await expect.poll(() => complaints.filter((words) => words.includes(`content policy: ${line}`)).length).toBeGreaterThan(0);
    complaints.length = 0;
  });

test("the theme is the attribute's, the host's, or the browser's, and is followed", async ({ page }) => {
  await show(page, `<sync-or-swim></sync-or-swim>`);
  const poster = element(page).locator("img");
  await expect(poster).toHaveAttribute("src", /light/);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(poster).toHaveAttribute("src", /dark/);
  await page.evaluate(() => (document.documentElement.dataset.theme = "light"));
  await expect(poster).toHaveAttribute("src", /light/);
  await open(page);
  const last = async () => (await heard(page)).at(-1)?.theme;
  await element(page).evaluate((element) => element.setAttribute("theme", "dark"));
  await expect.poll(last).toBe("dark");
  await element(page).evaluate((element) => element.setAttribute("theme", "system"));
  await expect.poll(last).toBe("light");
  await page.evaluate(() => {
    delete document.documentElement.dataset.theme;
    document.body.style.colorScheme = "light";
  });
  await page.evaluate(() => (document.body.style.colorScheme = "dark"));
  await expect.poll(last).toBe("dark");
});

test("in view, an element that says so opens by itself, but not when it is scrolled past", async ({ page }) => {
  await show(page, `${`<sync-or-swim start="visible"></sync-or-swim>`.repeat(9)}`);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await expect(element(page, 8).locator("iframe")).toHaveCount(1);
  await expect(element(page, 4).locator("iframe")).toHaveCount(0);
});

test("three frames in view are awake at most, and those out of view sleep", async ({ page }) => {
  await page.setViewportSize({ width: 900, height: 2200 });
  await show(page, `${`<sync-or-swim></sync-or-swim>`.repeat(6)}${"<p>Below</p>".repeat(99)}`);
  for (let nth = 0; nth < 5; nth += 1) await open(page, nth);
  const state = async (nth) => (await heard(page, nth)).filter(({ type }) => ["sleep", "wake"].includes(type)).at(-1)?.type ?? "wake";
  const states = () => Promise.all([0, 1, 2, 3, 4].map(state));
  await expect.poll(states).toEqual(["sleep", "sleep", "wake", "wake", "wake"]);
  const box = await element(page, 0).boundingBox();
  await page.mouse.move(box.x + 50, box.y + 50);
  await expect.poll(states).toEqual(["wake", "sleep", "sleep", "wake", "wake"]);
  await element(page, 1).evaluate((element) => element.shadowRoot.querySelector("iframe").focus());
  await expect.poll(states).toEqual(["wake", "wake", "sleep", "sleep", "wake"]);
  await page.setViewportSize({ width: 900, height: 500 });
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await expect.poll(states).toEqual(["sleep", "sleep", "sleep", "sleep", "sleep"]);
});

test("an element that leaves the page and comes back begins anew", async ({ page }) => {
  await show(page, `<sync-or-swim></sync-or-swim>`);
  await open(page);
  await page.evaluate(() => {
    const element = document.querySelector("sync-or-swim");
    element.remove();
    document.querySelector("main").append(element);
  });
  await expect(element(page).locator("iframe")).toHaveCount(0);
  await open(page);
  expect((await asked(page)).ex).toBe("checkout");
});

test("twenty on one page scroll without a long task", async ({ page }) => {
  await show(page, `${`<sync-or-swim></sync-or-swim><p>Between</p>`.repeat(20)}`);
  await page.evaluate(() => {
    window.long = [];
    new PerformanceObserver((list) => window.long.push(...list.getEntries().map(({ duration }) => duration))).observe({ entryTypes: ["longtask"] });
  });
  await page.mouse.move(400, 400);
  for (let turn = 0; turn < 40; turn += 1) await page.mouse.wheel(0, 400);
  await page.evaluate(() => new Promise(requestAnimationFrame));
  await expect(element(page, 19)).toBeInViewport();
  expect(await page.evaluate(() => window.long)).toEqual([]);
});
