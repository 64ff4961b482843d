// Files from the server for the reader to keep: fetched first, so that a refusal is told on the page and not saved
// as the file.
import { language } from './i18n.js';
import { Problem, problemOf } from './problem.js';

/**
 * @param {string} path @param {string} kind the media type to ask for @param {string} name unless the server proposes one
 * @returns {Promise<{ file: Blob, name: string }>}
 */
export async function getFile(path, kind, name) {
  const answer = await fetch(path, { headers: { Accept: kind, 'Accept-Language': language.value }, credentials: 'same-origin', cache: 'no-store' })
    .catch(() => { throw new Problem({ status: 0, code: 'unreachable' }); });
  if (!answer.ok) throw await problemOf(answer);
  const proposed = /filename="([^"/\\]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1];
  return { file: await answer.blob(), name: proposed ?? name };
}

/** @param {Blob} file @param {string} name */
export function save(file, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // Not at once: the browser reads the address a moment later.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
