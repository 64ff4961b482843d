// Builds static/vendor/ from the npm packages pinned in package-lock.json: one bundled ES module, its
// types, the licences and a list of versions with SHA-256 sums.
//
//   node vendor.mjs           writes the files
//   node vendor.mjs --check   builds them again in memory and fails when a byte differs
//
// What is served is therefore never edited by hand, and a reviewer can reproduce it.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = new URL('./', import.meta.url);
const target = new URL('../../static/vendor/', here);
const packages = ['preact', 'htm', '@preact/signals', '@preact/signals-core'];

/** @param {string} name @returns {Promise<{ version: string, license: string }>} */
async function manifest(name) {
  return JSON.parse(await readFile(new URL(`node_modules/${name}/package.json`, here), 'utf8'));
}

async function bundle() {
  const versions = await Promise.all(packages.map(async (name) => `${name} ${(await manifest(name)).version}`));
  const result = await build({
    entryPoints: [fileURLToPath(new URL('vendor-entry.js', here))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    banner: { js: `// ${versions.join(', ')}. Built by tests/web/vendor.mjs; licences in LICENSES.txt.` },
  });
  return result.outputFiles[0].text;
}

/** The page's view of the module: re-exported types, resolved through the paths in tests/web/tsconfig.json. */
const types = `// Types of preact.js for tsc. Built by tests/web/vendor.mjs.
import type { VNode } from 'preact';
export { h, render, Fragment } from 'preact';
export type { VNode, ComponentChildren, RefObject } from 'preact';
export { useEffect, useId, useRef, useState, useMemo } from 'preact/hooks';
export { signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect } from '@preact/signals';
export type { Signal, ReadonlySignal } from '@preact/signals';
/** Template for plain elements; components go through h(), where tsc sees their props. */
export declare function html(strings: TemplateStringsArray, ...values: unknown[]): VNode;
`;

async function licences() {
  const parts = await Promise.all(packages.map(async (name) => {
    const { version, license } = await manifest(name);
    const text = await readFile(new URL(`node_modules/${name}/LICENSE`, here), 'utf8');
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  }));
  return parts.join(`\n${'-'.repeat(78)}\n\n`);
}

/** @param {string} text */
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

async function files() {
  /** @type {Record<string, string>} */
  const made = { 'preact.js': await bundle(), 'preact.d.ts': types, 'LICENSES.txt': await licences() };
  const record = {
    packages: Object.fromEntries(await Promise.all(packages.map(async (name) => [name, (await manifest(name)).version]))),
    esbuild: (await manifest('esbuild')).version,
    sha256: Object.fromEntries(Object.entries(made).map(([name, text]) => [name, sha256(text)])),
  };
  made['vendored.json'] = `${JSON.stringify(record, null, 2)}\n`;
  return made;
}

const made = await files();
if (process.argv.includes('--check')) {
  const differing = [];
  for (const [name, text] of Object.entries(made)) {
    const kept = await readFile(new URL(name, target), 'utf8').catch(() => '');
    if (kept !== text) differing.push(`static/vendor/${name}`);
  }
  if (differing.length > 0) {
    console.error(`differs from what package-lock.json gives: ${differing.join(', ')}; run: node vendor.mjs`);
    process.exit(1);
  }
  console.log(`vendor: ${Object.keys(made).length} files are what package-lock.json gives`);
} else {
  await mkdir(target, { recursive: true });
  for (const [name, text] of Object.entries(made)) await writeFile(new URL(name, target), text);
  console.log(`vendor: wrote ${Object.keys(made).length} files to static/vendor/`);
}
