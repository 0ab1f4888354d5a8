// How Docusaurus builds this site.
export default {
  title: "Who waits for whom",
  url: "https://docs.example",
  baseUrl: "/",
  trailingSlash: true,
  onBrokenLinks: "throw",
  themes: ["@docusaurus/theme-classic"],
  plugins: [["@docusaurus/plugin-content-docs", { routeBasePath: "/", sidebarPath: false }]],
  // Where `cargo xtask build` was published. The element takes its theme from the site's.
  scripts: [{ src: "https://playground.example/element.js", defer: true }],
};
