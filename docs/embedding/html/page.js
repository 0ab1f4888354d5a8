// The page hears what a reader flips, and flips by itself.
const playground = document.querySelector("sync-or-swim");
playground.addEventListener("toggled", ({ detail }) => {
  document.querySelector("output").textContent = `${detail.edge} from ${detail.from} to ${detail.to}`;
});
document.querySelector("button").onclick = () => playground.set("orders->payments.charge", "await");
