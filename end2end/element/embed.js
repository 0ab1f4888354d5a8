// A stand-in for embed.html that speaks as docs/embedding/contract.md says and simulates nothing: for tests of the element.
const asked = new Map(location.hash.slice(1).split("&").map((pair) => pair.split("=").map(decodeURIComponent)));
const host = asked.get("host");
const tell = (type, fields) => host && parent.postMessage({ "sync-or-swim": 1, type, ...fields }, host);

/** What was heard, for the test to look at. */
window.asked = Object.fromEntries(asked);
window.heard = [];

addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || origin !== host || data?.["sync-or-swim"] !== 1) return;
  const { "sync-or-swim": _, ...message } = data;
  window.heard.push(message);
  if (message.type === "set") tell("toggled", { edge: message.edge, from: "sync", to: message.mode });
  if (message.type === "jump") tell("error", { message: "jump" });
});

document.querySelector("button").onclick = () => tell("toggled", { edge: "a->b", from: "sync", to: "await" });
window.tell = tell;
tell("ready", { version: 1, title: "Stand-in", level: asked.get("level") ?? "toggle", view: asked.get("view") ?? "both" });
tell("resize", { height: 333 });
