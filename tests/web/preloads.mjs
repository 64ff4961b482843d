// Names every module the first page imports in index.html, as modulepreload links, so that the browser fetches
// them side by side. With --check it fails when the list is not what the imports say.
import { readFile, writeFile } from 'node:fs/promises';

const root = new URL('../../static/', import.meta.url);
const page = new URL('index.html', root);

/** @param {URL} module @param {Set<string>} found */
async function follow(module, found) {
  if (found.has(module.href)) return found;
  found.add(module.href);
  const text = module.pathname.includes('/vendor/') ? '' : await readFile(module, 'utf8');
  for (const [, path] of text.matchAll(/^import .* from '(\.[^']+)';$/gm)) await follow(new URL(path, module), found);
  return found;
}

/** The paths, under /static/, of a module and all it imports. @param {string} entry */
async function modulesOf(entry) {
  const found = await follow(new URL(entry, root), new Set());
  return [...found].map((href) => href.slice(root.href.length));
}

const lines = (await modulesOf('app.js')).slice(1).map((path) => `  <link rel="modulepreload" href="/static/${path}">\n`);
const before = await readFile(page, 'utf8');
const after = before.replace(/(<!-- modules -->\n)[^]*?( *<!-- \/modules -->)/, (_, open, close) => open + lines.join('') + close);
if (!process.argv.includes('--check')) await writeFile(page, after);
else if (before !== after) {
  console.error('index.html does not preload what app.js imports; run: node preloads.mjs');
  process.exit(1);
}
