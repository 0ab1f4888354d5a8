// The element `<sync-or-swim>`: the host's side of docs/embedding/contract.md, version 1.
//
//   poster ─click, or in view─▶ frame of embed.html ─ready─▶ in the place of the poster
//
// Law: nothing is loaded but the poster until a reader wants more; a message counts only where frame and origin are ours.

{
  const VERSION = 1;
  const MARK = "sync-or-swim";
  /** Where this script lies; a bundler's copy does not know, and the attribute `site` says so. */
  const SITE = document.currentScript?.src ?? document.baseURI;
  const EVENTS = ["ready", "resize", "state", "toggled", "error"];
  /** What a permalink says that a frame understands. */
  const OF_LINKS = ["ex", "c", "s", "seed", "view", "at"];
  /** So many frames are awake at most. */
  const AWAKE = 3;
  /** In view for so long, in milliseconds, an element is not just scrolled past. */
  const SETTLED = 300;
  /** A frame that has loaded and stays silent for so long, in milliseconds, is shown as it is. */
  const PATIENCE = 5000;
  /** A frame that listens is shown when its height has not changed for so long, in milliseconds: then the host's page moves once. */
  const QUIET = 300;

  // A poster is as large as it is, if there is room: what is wider shrinks, what is higher ends below. A frame of which nothing
  // is to be seen at all would not be laid out by the browser, and could not say how high it is.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host { display: block; }
:host([hidden]) { display: none; }
.stage { display: grid; justify-items: center; align-items: start; align-items: safe center; position: relative; overflow: hidden; border-radius: 8px; border: 1px solid #d5dbe2; background: #fff; color: #18212c; }
.stage.dark { border-color: #313c48; background: #181f27; color: #e4e9ee; }
img { display: block; max-width: 100%; height: auto; }
slot { display: none; }
iframe { display: block; width: 100%; border: 0; }
.bare { display: block; height: auto !important; padding: 16px; }
.bare slot { display: block; margin-bottom: 16px; }
button { position: absolute; inset: 0; width: 100%; border: 0; padding: 0; background: none; cursor: pointer; font: 600 15px/1.4 system-ui, sans-serif; }
.bare button { position: static; width: auto; }
button span { position: absolute; left: 12px; bottom: 12px; padding: 8px 16px; border-radius: 6px; background: #1d55b8; color: #fff; box-shadow: 0 1px 4px rgb(0 0 0 / 30%); }
.bare button span { display: block; position: static; }
.dark button span { background: #86b4ff; color: #0b1830; }
button:hover span { text-decoration: underline; }
button:focus-visible { outline: 3px solid #1d55b8; outline-offset: -3px; }
.dark button:focus-visible { outline-color: #9fc3ff; }
.starting iframe { position: absolute; inset: 0; opacity: 0.01; }
.starting iframe, .asleep iframe { pointer-events: none; }
`);

  const prefersDark = matchMedia("(prefers-color-scheme: dark)");

  class SyncOrSwim extends HTMLElement {
    static observedAttributes = ["example", "link", "theme"];
    /** All that are in a page. */
    static #all = new Set();
    /** Those with a frame, the one that was touched last at the end. */
    static #open = new Set();

    static #view = new IntersectionObserver((changes) => {
      for (const { target, isIntersecting } of changes) target.#come(isIntersecting);
    });

    /** What says whether the page around is dark. */
    static #page;

    static {
      const follow = () => this.#all.forEach((element) => element.#follow());
      prefersDark.addEventListener("change", follow);
      this.#page = new MutationObserver(follow);
      addEventListener("message", (event) => this.#all.forEach((element) => element.#hear(event)));
      // The pointer's and the keyboard's events inside of a frame are the frame's own.
      addEventListener("blur", () => this.#all.forEach((element) => element.#frame && element.shadowRoot.activeElement === element.#frame && element.#touch()));
    }

    /** Lets those frames be awake that are in view and were touched last. */
    static #share() {
      const seen = [...this.#open].filter((element) => element.#inView).slice(-AWAKE);
      this.#open.forEach((element) => element.#rest(!seen.includes(element)));
    }

    #stage = document.createElement("div");
    #frame = null;
    #origin = "";
    #ready = false;
    #asleep = false;
    #inView = false;
    #waiting = [];
    #timer = 0;
    /** From when on no change of height keeps a frame that listens from being shown. */
    #latest = 0;
    #theme = "";

    constructor() {
      super();
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
      // A sleeping frame lets the pointer through, so that it is seen here.
      this.#stage.onpointerenter = () => this.#touch();
      this.shadowRoot.append(this.#stage);
    }

    connectedCallback() {
      SyncOrSwim.#all.add(this);
      SyncOrSwim.#view.observe(this);
      for (const part of [document.documentElement, document.body]) SyncOrSwim.#page.observe(part, { attributes: true });
      this.#theme = this.#dark() ? "dark" : "light";
      this.#show();
    }

    disconnectedCallback() {
      SyncOrSwim.#all.delete(this);
      SyncOrSwim.#open.delete(this);
      SyncOrSwim.#view.unobserve(this);
      clearTimeout(this.#timer);
      this.#frame = null;
      this.#ready = this.#asleep = this.#inView = false;
      this.#waiting = [];
      this.#latest = 0;
      this.#stage.replaceChildren();
      SyncOrSwim.#share();
    }

    attributeChangedCallback(name, before, now) {
      if (!this.isConnected || before === now) return;
      if (name === "theme") this.#follow();
      else if (this.#frame) this.load(this.#source());
      else this.#show();
    }

    /** Puts the playground in the place of the poster. */
    open() {
      this.#start(true);
    }

    play() {
      this.#say("play");
    }

    pause() {
      this.#say("pause");
    }

    seek(at) {
      this.#say("seek", { at });
    }

    set(edge, mode) {
      this.#say("set", { edge, mode });
    }

    load(source) {
      this.#say("load", source);
    }

    get #site() {
      return new URL(this.getAttribute("site") ?? SITE, document.baseURI);
    }

    get #name() {
      return this.getAttribute("title") ?? (this.hasAttribute("link") ? "a scenario" : this.#example);
    }

    get #example() {
      return this.getAttribute("example") ?? "checkout";
    }

    #source() {
      return this.hasAttribute("link") ? { link: this.getAttribute("link") } : { example: this.#example };
    }

    /** The poster and the button, or what stands inside of the element where there is no poster. */
    #show() {
      const button = document.createElement("button");
      const label = document.createElement("span");
      label.textContent = `▶ Play: ${this.#name}`;
      button.append(label);
      button.onclick = () => this.open();
      const inside = document.createElement("slot");
      this.#stage.replaceChildren(inside, button);
      this.#stage.className = `stage ${this.#theme}`;
      this.#stage.style.height = `${this.#height}px`;
      const address = this.#poster();
      if (address) this.#stage.prepend(this.#picture(address));
      else this.#stage.classList.add("bare");
    }

    #picture(address) {
      const poster = new Image();
      poster.alt = `Picture of a run: ${this.#name}`;
      poster.loading = "lazy";
      poster.decoding = "async";
      poster.onerror = () => {
        poster.remove();
        if (!this.#frame) this.#stage.classList.add("bare");
      };
      poster.src = address;
      return poster;
    }

    get #isStarting() {
      return this.#stage.classList.contains("starting");
    }

    get #height() {
      const height = Number(this.getAttribute("height"));
      return height > 0 ? height : 420;
    }

    #poster() {
      if (this.hasAttribute("poster")) return new URL(this.getAttribute("poster"), document.baseURI).href;
      if (this.hasAttribute("link")) return null;
      const view = this.getAttribute("view") ?? "both";
      const name = `${this.#example}-${view === "both" ? "lanes" : view}-${this.#theme}`;
      return new URL(`posters/${encodeURIComponent(name)}.svg`, this.#site).href;
    }

    /** Puts the frame in, behind the poster until it is ready. */
    #start(plays) {
      if (this.#frame || !this.isConnected) return;
      clearTimeout(this.#timer);
      const address = new URL(`embed.html#${this.#hash(plays)}`, this.#site);
      this.#origin = address.origin;
      const frame = document.createElement("iframe");
      frame.title = this.#name;
      frame.allow = "clipboard-write; fullscreen";
      frame.referrerPolicy = "no-referrer";
      // Where the site is the page's own, a sandbox would keep nothing in.
      if (address.origin !== location.origin)
        frame.sandbox = "allow-scripts allow-same-origin allow-downloads allow-popups allow-popups-to-escape-sandbox";
      frame.style.height = `${this.#height}px`;
      frame.onload = () => this.#ready || this.#revealIn(location.origin === "null" ? 0 : PATIENCE);
      frame.src = address.href;
      this.#frame = frame;
      const label = this.#stage.querySelector("span");
      label.textContent = `Starting: ${this.#name} …`;
      this.#stage.classList.add("starting");
      this.#stage.append(frame);
      this.#touch();
    }

    /** The poster stays for so long, in milliseconds, unless there is reason to wait anew. */
    #revealIn(time) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#reveal(), time);
    }

    /** Only the frame from now on. */
    #reveal() {
      if (!this.#isStarting) return;
      const focused = this.shadowRoot.activeElement;
      for (const other of [...this.#stage.children]) if (other !== this.#frame) other.remove();
      this.#stage.classList.remove("starting", "bare");
      this.#stage.style.height = "";
      if (focused) this.#frame.focus();
    }

    #hash(plays) {
      const asked = new Map([["embed", `v${VERSION}`]]);
      const put = (name, value) => value != null && asked.set(name, encodeURIComponent(value));
      const link = this.getAttribute("link");
      for (const pair of (link ?? "").replace(/^#/, "").split("&")) {
        const [name, value = ""] = pair.split("=");
        if (OF_LINKS.includes(name)) asked.set(name, value);
      }
      if (link == null) put("ex", this.#example);
      for (const name of ["view", "level", "at", "title"]) put(name, this.getAttribute(name));
      put("theme", this.#theme);
      if (plays) put("play", 1);
      if (location.origin !== "null") put("host", location.origin);
      return [...asked].map((pair) => pair.join("=")).join("&");
    }

    /** Whether it is dark: by the attribute, by the page around, or by what the browser prefers. */
    #dark() {
      const said = (theme) => ["light", "dark"].includes(theme) && theme;
      const scheme = () => getComputedStyle(this.parentElement ?? document.documentElement).colorScheme;
      const theme = said(this.getAttribute("theme")) || said(this.closest("[data-theme]")?.dataset.theme) || said(scheme());
      return theme ? theme === "dark" : prefersDark.matches;
    }

    #follow() {
      const theme = this.#dark() ? "dark" : "light";
      if (theme === this.#theme) return;
      this.#theme = theme;
      if (!this.#frame) return this.#show();
      this.#stage.classList.toggle("dark", theme === "dark");
      if (this.#ready) this.#post("theme", { theme });
    }

    #come(inView) {
      this.#inView = inView;
      if (!this.#frame) {
        clearTimeout(this.#timer);
        if (inView && this.getAttribute("start") === "visible") this.#timer = setTimeout(() => this.#start(true), SETTLED);
      } else if (inView) this.#touch();
      else SyncOrSwim.#share();
    }

    #touch() {
      if (!this.#frame) return;
      SyncOrSwim.#open.delete(this);
      SyncOrSwim.#open.add(this);
      SyncOrSwim.#share();
    }

    #rest(asleep) {
      if (asleep === this.#asleep) return;
      this.#asleep = asleep;
      this.#stage.classList.toggle("asleep", asleep);
      if (this.#ready) this.#post(asleep ? "sleep" : "wake");
    }

    /** Sends a message, or keeps it until somebody listens. */
    #say(type, fields) {
      if (this.#ready) return this.#post(type, fields);
      this.#waiting.push([type, fields]);
      this.#start(false);
    }

    #post(type, fields) {
      this.#frame.contentWindow.postMessage({ [MARK]: VERSION, type, ...fields }, this.#origin);
    }

    #hear({ source, origin, data }) {
      if (!this.#frame || source !== this.#frame.contentWindow || origin !== this.#origin) return;
      const { [MARK]: version, type, ...detail } = Object(data);
      if (version !== VERSION || !EVENTS.includes(type)) return;
      if (type === "ready") this.#greet();
      if (type === "resize" && detail.height > 0) this.#grow(detail.height);
      const isTold = this.dispatchEvent(new CustomEvent(type, { detail, cancelable: type === "error" }));
      if (isTold && type === "error") console.warn(`${MARK}: ${detail.message}`);
    }

    #grow(height) {
      this.#frame.style.height = `${Math.min(height, 10000)}px`;
      if (this.#isStarting && performance.now() < this.#latest) this.#revealIn(QUIET);
    }

    #greet() {
      this.#ready = true;
      this.#latest = performance.now() + PATIENCE;
      this.#revealIn(QUIET);
      this.#post("theme", { theme: this.#theme });
      if (this.#asleep) this.#post("sleep");
      for (const [type, fields] of this.#waiting.splice(0)) this.#post(type, fields);
    }
  }

  if (!customElements.get(MARK)) customElements.define(MARK, SyncOrSwim);
}
