// Gives the reader a file that this page has in its hands, as a download under a name.

/** @param {Blob} file @param {string} name */
export function save(file, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // Not at once: the browser reads the address a moment later.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
