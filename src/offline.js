// The site without a network: a service worker, of which only the page itself knows.
//
//   first visit   ─▶ RELEASE.now is kept, all of it or nothing
//   a hashed name ─▶ what was kept; RELEASE.later is kept when it is first asked for
//   other names   ─▶ the network, and what was kept where there is none
//   no such name  ─▶ not ours
//
// Law: who is online sees the newest release at once. What was kept is of one release: the next one waits until no page
// is left that might ask for more of the last, and then removes it.
//
// `RELEASE` is written ahead of this by the build: its id, and the names of its files.

{
  const SCOPE = registration.scope;
  /** One origin may hold several sites, and their caches. */
  const PREFIX = `sync-or-swim ${SCOPE} `;
  const CACHE = PREFIX + RELEASE.id;
  /** A name that changes with its content; hashes are written without zeros in front. */
  const HASHED = /-[0-9a-f]{8,16}(_bg)?\.\w+$/;

  /** The name of a file in this directory; null where a request is for anything else. */
  const nameOf = ({ url, method }) => {
    const bare = url.replace(/[?#].*/, "");
    return method === "GET" && bare.startsWith(SCOPE) ? bare.slice(SCOPE.length) || "./" : null;
  };

  /** Browsers take no redirected answer for a page, and hosts redirect `embed.html` to a shorter name. */
  const direct = (answer) => (answer.redirected ? new Response(answer.body, answer) : answer);

  const fetched = async (name) => {
    const answer = await fetch(name, { cache: HASHED.test(name) ? "default" : "no-cache" });
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    return direct(answer);
  };

  const put = async (name, answer) => (await caches.open(CACHE)).put(name, answer);

  /** What was kept under a name; nothing where the browser keeps nothing. */
  const kept = async (name) => {
    try {
      return await (await caches.open(CACHE)).match(name, { ignoreVary: true });
    } catch {}
  };

  /** The next release takes over as soon as its page replaces the only one of the last. */
  const makeRoom = async () => {
    const pages = await clients.matchAll();
    if (pages.length < 2) registration.waiting?.postMessage("take over");
  };

  const answerHashed = async (name, request) => {
    const found = await kept(name);
    if (found) return found;
    const answer = await fetch(request);
    // A full disk is no reason to go without.
    if (answer.ok) await put(name, answer.clone()).catch(() => {});
    return answer;
  };

  const answerNewest = async (name, request) => {
    try {
      const answer = await fetch(request);
      if (request.mode === "navigate") await makeRoom();
      return answer;
    } catch (why) {
      const found = await kept(name);
      if (found) return found;
      throw why;
    }
  };

  addEventListener("install", (event) => {
    const keep = async (name) => put(name, await fetched(name));
    event.waitUntil(Promise.all(RELEASE.now.map(keep)));
  });

  addEventListener("activate", (event) => {
    const removeOthers = async () => {
      const names = await caches.keys();
      const others = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
      await Promise.all(others.map((name) => caches.delete(name)));
      await clients.claim();
    };
    event.waitUntil(removeOthers());
  });

  addEventListener("message", ({ data }) => {
    if (data === "take over") skipWaiting();
  });

  addEventListener("fetch", (event) => {
    const named = nameOf(event.request);
    const name = named === "index.html" ? "./" : named;
    if (!RELEASE.now.includes(name) && !RELEASE.later.includes(name)) return;
    const answer = HASHED.test(name) ? answerHashed : answerNewest;
    event.respondWith(answer(name, event.request));
  });
}
