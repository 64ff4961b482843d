// Writes openapi.d.ts, the types the page's api.js is checked against, from an OpenAPI document.
//
//   node types.mjs http://127.0.0.1:8080/openapi.json     or a file; without an argument, the mock's document
//   node types.mjs --check SOURCE                          fails when openapi.d.ts is not what SOURCE gives
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const target = new URL('openapi.d.ts', import.meta.url);
const checking = process.argv.includes('--check');
const source = process.argv.slice(2).find((argument) => !argument.startsWith('--'))
  ?? fileURLToPath(new URL('mock-openapi.json', import.meta.url));

const text = /^https?:/.test(source)
  ? await fetch(source).then((answer) => answer.text())
  : await readFile(pathToFileURL(source), 'utf8');
const head = '// The server\'s interface. Written by types.mjs from the OpenAPI document; do not edit.\n';
const made = head + astToString(await openapiTS(JSON.parse(text)));

if (!checking) await writeFile(target, made);
else if (await readFile(target, 'utf8').catch(() => '') !== made) {
  console.error(`openapi.d.ts is not what ${source} gives; run: node types.mjs ${source}`);
  process.exit(1);
}
