// Files that somebody brings to the page.

/** Drops files on the middle of the page, or pastes them. */
export async function bring(page, kind, files, text = "") {
  await page.evaluate(
    ([kind, files, text]) => {
      const transfer = new DataTransfer();
      for (const { name, bytes } of files) transfer.items.add(new File([new Uint8Array(bytes)], name));
      if (text) transfer.setData("text/plain", text);
      const options = { bubbles: true, cancelable: true };
      if (kind === "drop") {
        const target = document.querySelector("main");
        const over = new DragEvent("dragover", { ...options, dataTransfer: transfer });
        target.dispatchEvent(over);
        if (!over.defaultPrevented) throw new Error("the page takes no files");
        target.dispatchEvent(new DragEvent("drop", { ...options, dataTransfer: transfer }));
      } else document.body.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: transfer }));
    },
    [kind, files.map(({ name, bytes }) => ({ name, bytes: [...bytes] })), text],
  );
}
